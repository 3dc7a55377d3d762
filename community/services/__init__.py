"""What may be done with neighbourhoods, groups, members, leaders and seed users.

Every change is recorded by the database together with who made it (`by`).
"""

from community.services.co_leaders import HasAShareAlready, LeadsIt, SharesLeaveNothing, end_share, give_share
from community.services.consents import record_consent
from community.services.groups import change_group, open_group, open_neighbourhood
from community.services.leaders import (
    AssignmentEndsBeforeItBegins,
    GroupAlreadyLed,
    assign_leader,
    end_assignment,
)
from community.services.members import (
    AlreadyInGroup,
    Joined,
    LeavesBeforeJoining,
    NoLongerInGroup,
    PhoneTaken,
    add_member,
    change_member,
    join_group,
    leave_group,
    move_member,
)
from community.services.phones import reveal_phone
from community.services.seeds import (
    AlreadySought,
    ScoreRefused,
    describe_seed,
    find_seed,
    move_seed,
    plan_contact,
    score_seed,
)
from community.services.visitors import Arrived, Visitor, take_in

__all__ = [
    "AlreadyInGroup",
    "AlreadySought",
    "Arrived",
    "AssignmentEndsBeforeItBegins",
    "GroupAlreadyLed",
    "HasAShareAlready",
    "Joined",
    "LeadsIt",
    "LeavesBeforeJoining",
    "NoLongerInGroup",
    "PhoneTaken",
    "ScoreRefused",
    "SharesLeaveNothing",
    "Visitor",
    "add_member",
    "assign_leader",
    "change_group",
    "change_member",
    "describe_seed",
    "end_assignment",
    "end_share",
    "find_seed",
    "give_share",
    "join_group",
    "leave_group",
    "move_member",
    "move_seed",
    "open_group",
    "open_neighbourhood",
    "plan_contact",
    "record_consent",
    "reveal_phone",
    "score_seed",
    "take_in",
]
