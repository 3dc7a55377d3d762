from django.apps import AppConfig


class WiringConfig(AppConfig):
    """Settings and addresses; an app only so that its commands are found."""

    name = "config"
