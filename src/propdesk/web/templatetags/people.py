"""What the pages about people need of a template: masks by role, and dressed form fields."""

from django import template
from django.forms import BoundField, CheckboxInput, HiddenInput, RadioSelect, Select
from django.utils.safestring import SafeString

from propdesk.crm.people.masking import Field, shown
from propdesk.web.visitor import Visitor

register = template.Library()


@register.filter
def email_for(value: str, who: Visitor) -> str:
    return shown(Field.EMAIL, value, who.roles)


@register.filter
def name_for(value: str, who: Visitor) -> str:
    return shown(Field.NAME, value, who.roles)


@register.filter
def phone_for(value: str, who: Visitor) -> str:
    return shown(Field.PHONE, value, who.roles)


@register.filter
def birth_for(value: object, who: Visitor) -> str:
    return shown(Field.BIRTH, str(value or ""), who.roles)


@register.filter
def document_for(value: str, who: Visitor) -> str:
    return shown(Field.DOCUMENT, value, who.roles)


@register.filter
def address_for(value: str, who: Visitor) -> str:
    return shown(Field.ADDRESS, value, who.roles)


@register.filter
def dressed(field: BoundField) -> SafeString:
    """The field's control with the classes and the descriptions of this site."""
    widget = field.field.widget
    if isinstance(widget, CheckboxInput | RadioSelect):
        dress = "form-check-input"
    else:
        dress = "form-select" if isinstance(widget, Select) else "form-control"
    told = [f"{field.id_for_label}_hint"] if field.help_text else []
    if field.errors:
        told.append(f"{field.id_for_label}_error")
        dress += " is-invalid"
    attributes: dict[str, str | bool] = {"class": dress}
    if told:
        attributes["aria-describedby"] = " ".join(told)
    return field.as_widget(attrs=attributes)


@register.filter
def is_tick(field: BoundField) -> bool:
    """Whether the field is one box to tick, whose word stands behind it."""
    return isinstance(field.field.widget, CheckboxInput)


@register.filter
def is_hidden(field: BoundField) -> bool:
    return isinstance(field.field.widget, HiddenInput)
