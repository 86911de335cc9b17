"""The staff's side: workflows written and drawn, runs read as timelines, and steps that wait for a word."""

from workflows.admin import runs, workflows

__all__ = ["runs", "workflows"]
