import pgtrigger
from pghistory.models import Context

from core.append_only import NOT_EMPTIED


class ChangeContext(Context):
    """Who made changes, at which address or in which job: what the history's rows point to. pghistory's own table.

    While a context is open, pghistory adds to its metadata what becomes known (who, once they have signed in). That is
    all the table allows: what was said stays as it was said, and the rows stay.
    """

    class Meta:
        proxy = True
        triggers = [
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
            NOT_EMPTIED,
            pgtrigger.Trigger(
                name="only_added_to",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                    IF NEW.id = OLD.id AND NEW.created_at = OLD.created_at
                        AND OLD.id::text = current_setting('pghistory.context_id', true)
                        AND NEW.metadata @> jsonb_strip_nulls(OLD.metadata)
                    THEN
                        RETURN NEW;
                    END IF;
                    RAISE EXCEPTION 'the context % of changes is only added to while it is open', OLD.id
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'context_of_changes_is_only_added_to';
                """,
            ),
        ]
