# SPDX-License-Identifier: Apache-2.0
"""The keywords of workflows at GitHub (docs.github.com/actions) and GitLab (docs.gitlab.com)."""

from __future__ import annotations


def _keywords(text: str) -> frozenset[str]:
    return frozenset(text.split())


GITHUB_WORKFLOW = _keywords("name run-name on permissions env defaults concurrency jobs")
GITHUB_JOB = _keywords(
    "name permissions needs if runs-on environment concurrency outputs env defaults steps "
    "timeout-minutes strategy continue-on-error container services uses with secrets"
)
GITHUB_STEP = _keywords(
    "id if name uses run working-directory shell with env continue-on-error timeout-minutes"
)
GITLAB_PIPELINE = _keywords("default include stages variables workflow spec")
GITLAB_JOB = _keywords(
    "after_script allow_failure artifacts before_script cache coverage dast_configuration "
    "dependencies environment except extends hooks id_tokens identity image inherit interruptible "
    "manual_confirmation needs only pages parallel release resource_group retry rules run script "
    "secrets services stage start_in tags timeout trigger variables when"
)
GITLAB_ARTIFACTS = _keywords("paths exclude expire_in expose_as name reports untracked when")
GITLAB_CACHE = _keywords("paths key untracked unprotect when policy fallback_keys")
GITLAB_RULE = _keywords("if changes exists when allow_failure needs variables interruptible")
