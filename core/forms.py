"""Reading what people type at the door."""

from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.contrib.auth import authenticate
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from core.enums import TokenScope
from core.fields import PlainTextField
from core.models import User

if TYPE_CHECKING:
    UserModelForm = forms.ModelForm[User]
else:
    UserModelForm = forms.ModelForm


class LoginForm(AuthenticationForm):
    """User name and password; a refusal does not tell which of the two was wrong."""

    error_messages = {
        "invalid_login": _("That user name and password don't belong together. Both are case-sensitive; try again."),
        "inactive": _("This login has been switched off. Ask an admin to switch it on."),
    }


class PasswordForm(forms.Form):
    """The password of who is signed in, once more."""

    password = forms.CharField(
        label=_("Password"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )

    def __init__(self, data: Any = None, *, request: HttpRequest) -> None:
        super().__init__(data)
        self._request = request

    def clean_password(self) -> None:
        user = cast(User, self._request.user)
        if authenticate(self._request, username=user.username, password=self.cleaned_data["password"]) != user:
            raise ValidationError(_("That is not your password."))


class UserForm(UserModelForm):
    """A login: name, role, on or off."""

    class Meta:
        model = User
        fields = ["username", "name", "email", "role", "is_active"]
        labels = {"username": _("User name"), "is_active": _("May sign in"), "email": _("E-mail")}
        help_texts = {"username": "", "is_active": ""}

    def __init__(self, *args: Any, own: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["username"].disabled = True
        if own:
            self.fields["role"].disabled = self.fields["is_active"].disabled = True

    def changed_fields(self) -> list[str]:
        return [name for name in self.changed_data if name in self.Meta.fields] or ["name"]


class TokenForm(forms.Form):
    """What a new token is for."""

    scope = forms.ChoiceField(
        label=_("What the program may do"),
        choices=TokenScope.choices,
        initial=TokenScope.READ,
        widget=forms.RadioSelect,
    )


class SavedViewForm(forms.Form):
    """What a view of a list is called, and for an operator whether the others have it too."""

    name = PlainTextField(label=_("Name of the view"), max_length=40)
    shared = forms.BooleanField(label=_("All operators see it"), required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not user.is_operator:
            del self.fields["shared"]

    @property
    def chosen(self) -> dict[str, Any]:
        return {"shared": False, **self.cleaned_data}
