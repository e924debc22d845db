"""What messages are written by: templates and signatures, shown, edited, tried."""

from functools import cached_property
from typing import TYPE_CHECKING

from creneau.messaging.chosen_template import CheckTemplates
from creneau.messaging.edit_signatures import EditSignatures
from creneau.messaging.templates.edit import EditTemplates
from creneau.messaging.templates.show import ShowTemplates
from creneau.messaging.templates.switch import SwitchTemplate
from creneau.wiring.ground import Ground

if TYPE_CHECKING:
    from creneau.messaging.sms.estimate_credits import EstimateCredits
    from creneau.messaging.templates.preview import Preview


class Templates(Ground):
    @cached_property
    def show_templates(self) -> ShowTemplates:
        return ShowTemplates(self.store)

    @cached_property
    def edit_templates(self) -> EditTemplates:
        return EditTemplates(self.store, self.show_templates, self.clinic, self.clock, self.again)

    @cached_property
    def switch_template(self) -> SwitchTemplate:
        return SwitchTemplate(self.store, self.show_templates, self.clock, self.again)

    @cached_property
    def preview_template(self) -> "Preview":
        # Imported here: it writes messages, which few requests ask for.
        from creneau.messaging.templates.preview import Preview

        base_url = self.environment.get("PUBLIC_BASE_URL", "").rstrip("/")
        return Preview(self.store, self.clinic, self.clock, base_url)

    @cached_property
    def check_templates(self) -> CheckTemplates:
        return CheckTemplates(self.store)

    @cached_property
    def edit_signatures(self) -> EditSignatures:
        return EditSignatures(self.store, self.again)

    @cached_property
    def estimate_credits(self) -> "EstimateCredits":
        # Imported here: locales are for those who read a wording's words.
        from creneau.messaging.sms.estimate_credits import EstimateCredits

        return EstimateCredits(self.store, self.clinic, self.clock, self.environment.get("PUBLIC_BASE_URL", ""))
