"""What functions tell people on a topic: the text as it is by e-mail, and in the form that a chat shows."""

from __future__ import annotations

import json
from typing import Any

# SNS API Reference, "Publish": Subject.
_SUBJECT_CHARACTERS = 100
# What Slack reads as a link, a mention or an entity (Slack API, "Formatting text for app surfaces"): names and reasons
# that others wrote must call nobody.
_CONTROL = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def publish(sns: Any, topic: str, subject: str, text: str) -> None:
    """Tell the topic; raises what SNS raises.

    Amazon Q Developer in chat applications, which subscribes by HTTPS, shows no free text but this form alone (its
    Administrator Guide, "Custom notifications"); all other subscribers get the text.
    """
    title = subject[:_SUBJECT_CHARACTERS]
    chat = {
        "version": "1.0",
        "source": "custom",
        "content": {
            "textType": "client-markdown",
            "title": title.translate(_CONTROL),
            "description": text.translate(_CONTROL),
        },
    }
    by_protocol = {"default": text, "https": json.dumps(chat)}
    sns.publish(TopicArn=topic, Subject=title, Message=json.dumps(by_protocol), MessageStructure="json")
