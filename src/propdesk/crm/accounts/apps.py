"""The Django app of trading accounts."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "propdesk.crm.accounts"
    label = "accounts"
