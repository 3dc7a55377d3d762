"""Reading what people type at the door."""

from django.contrib.auth.forms import AuthenticationForm
from django.utils.translation import gettext_lazy as _


class LoginForm(AuthenticationForm):
    """User name and password; a refusal does not tell which of the two was wrong."""

    error_messages = {
        "invalid_login": _("That user name and password don't belong together. Both are case-sensitive; try again."),
        "inactive": _("This login has been switched off. Ask an admin to switch it on."),
    }
