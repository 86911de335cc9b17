"""The form by which an owner brings a plugin: two texts, or two files. Whatever was typed stays when it is refused."""

from django import forms
from django.core.files.uploadedfile import UploadedFile

from audit.actors import Actor
from plugins.errors import PluginRefused
from plugins.installing import MOST_SOURCE, install
from plugins.models import PluginVersion

MOST_MANIFEST = 50_000


class InstallForm(forms.Form):
    manifest = forms.CharField(
        max_length=MOST_MANIFEST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false"}),
        help_text="JSON: name, version, title, description, input, output, capabilities.",
    )
    source = forms.CharField(
        max_length=MOST_SOURCE,
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 18, "spellcheck": "false"}),
        help_text="Python that defines run(given). It has no files, network, environment or host modules.",
    )
    manifest_file = forms.FileField(required=False, label="or a manifest file")
    source_file = forms.FileField(required=False, label="or a source file")

    def clean(self) -> dict[str, object]:
        values: dict[str, object] = super().clean() or self.cleaned_data
        for name, most in (("manifest", MOST_MANIFEST), ("source", MOST_SOURCE)):
            text = values.get(name) or self._text_of(values.get(f"{name}_file"), name, most)
            if not text and name not in self.errors:
                self.add_error(name, f"Give the {name}, as text or as a file.")
            values[name] = text
        return values

    def install(self, actor: Actor) -> PluginVersion | None:
        """The version taken; None when it was refused, with the reasons at their fields."""
        given = self.cleaned_data
        try:
            return install(manifest=given["manifest"], source=given["source"], actor=actor)
        except PluginRefused as refusal:
            for reason in refusal.reasons:
                self.add_error("source" if reason.startswith("source:") else "manifest", reason)
        return None

    def _text_of(self, file: object, name: str, most: int) -> str:
        if not isinstance(file, UploadedFile):
            return ""
        if (file.size or 0) > 4 * most:
            self.add_error(f"{name}_file", f"It is larger than {4 * most:,} bytes.")
            return ""
        try:
            return str(file.read(), "utf-8")
        except UnicodeDecodeError:
            self.add_error(f"{name}_file", "It is not text in UTF-8.")
            return ""
