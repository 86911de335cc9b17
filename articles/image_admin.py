"""Pictures, as editors send them in, put them into texts and clear them away."""

from collections.abc import Sequence
from pathlib import PurePath
from typing import Any

from django import forms
from django.contrib import admin
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.template.loader import render_to_string
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminTextInputWidget

from articles.image import Image
from articles.images import MOST_BYTES, NotAPicture, decode, forget_image, keep_image, shown_by
from audit.actors import Actor

SHOWN = 20


class ImageForm(forms.ModelForm):  # type: ignore[type-arg]
    """`clean` decodes the file, so that what cannot be kept is said at its field."""

    file = forms.FileField(
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": "image/jpeg,image/png,image/webp"}),
        help_text="JPEG, PNG or WebP. It is written anew without where and when it was taken.",
    )

    class Meta:
        model = Image
        fields = ("alt",)
        widgets = {"alt": UnfoldAdminTextInputWidget()}

    def clean_file(self) -> UploadedFile:  # type: ignore[type-arg]
        file: UploadedFile = self.cleaned_data["file"]  # type: ignore[type-arg]
        if (file.size or 0) > MOST_BYTES:
            raise forms.ValidationError(f"It has {file.size:,} bytes; at most {MOST_BYTES:,} are taken.")
        return file

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        file = cleaned.get("file")
        if file is not None:
            try:
                cleaned["decoded"] = decode(file.read())
            except NotAPicture as refusal:
                self.add_error("file", str(refusal))
        return cleaned


@admin.register(Image)
class ImageAdmin(ModelAdmin):  # type: ignore[misc]
    form = ImageForm
    list_display = ("thumbnail", "alt", "measures", "kept_by_label", "kept_at")
    list_display_links = ("thumbnail", "alt")
    search_fields = ("alt", "name")
    ordering = ("-id",)
    list_per_page = 50
    show_full_result_count = False
    actions = None
    readonly_fields = ("thumbnail", "snippet", "measures", "texts", "kept_by_label", "kept_at")

    def get_fields(self, request: HttpRequest, obj: Image | None = None) -> Sequence[str]:
        return ("file", "alt") if obj is None else ("thumbnail", "alt", "snippet", *self.readonly_fields[2:])

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("content")

    def has_change_permission(self, request: HttpRequest, obj: Image | None = None) -> bool:
        return False

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Image:
        said, actor = form.cleaned_data, Actor.of(request.user)
        return keep_image(decoded=said["decoded"], name=PurePath(said["file"].name).stem, alt=said["alt"], actor=actor)

    def save_model(self, request: HttpRequest, obj: Image, form: Any, change: bool) -> None:
        """It is kept already, and its audit with it."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Nothing hangs on it."""

    def log_addition(self, request: HttpRequest, obj: Image, message: Any) -> None:
        """The audit has it already."""

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[Any, Any, Any, Any]:
        """What shows it stands in the way, and is named."""
        listed, counts, needed, protected = super().get_deleted_objects(objs, request)
        texts = [
            f"{version.article.title}, version {version.number}" for one in objs for version in shown_by(one)[:SHOWN]
        ]
        return listed, counts, needed, [*protected, *texts]

    def delete_model(self, request: HttpRequest, obj: Image) -> None:
        forget_image(image=obj, actor=Actor.of(request.user))

    @admin.display(description="picture")
    def thumbnail(self, image: Image) -> str:
        return render_to_string("articles/admin/thumbnail.html", {"image": image})

    @admin.display(description="in a text")
    def snippet(self, image: Image) -> str:
        return render_to_string("articles/admin/source.html", {"body": image.markdown})

    @admin.display(description="measures")
    def measures(self, image: Image) -> str:
        return f"{image.width} × {image.height}, {image.size:,} bytes, {image.content_type}"

    @admin.display(description="shown by")
    def texts(self, image: Image) -> str:
        return render_to_string("articles/admin/shown_by.html", {"versions": shown_by(image)[:SHOWN]})
