"""The logins a demonstration offers. Plain Python: the supervisor prints them, the login page shows them."""

from typing import NamedTuple

PASSWORD = "linli-demo-2026"  # noqa: S105 a demonstration shows it on its login page


class DemoLogin(NamedTuple):
    """A user name, its role and the name of the person."""

    username: str
    role: str
    name: str


LOGINS = (
    DemoLogin("operator", "operator", "沈嘉宁"),
    DemoLogin("leader", "leader", "周敏"),
    DemoLogin("admin", "admin", "钱会计"),
    DemoLogin("admin2", "admin", "孙会计"),
    DemoLogin("auditor", "auditor", "何审计"),
)
