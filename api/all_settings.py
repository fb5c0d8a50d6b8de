"""All settings of all layers (设置): what there is, and what nobody knows."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping

from api.settings import HttpSettings
from domain.eventstore.settings import StoreSettings
from domain.settings import PREFIX, Environment
from workers.channels.settings import ChannelSettings
from workers.settings import QueueSettings, WorkSettings
from workers.signing.settings import HolderSettings

LAYERS: Mapping[str, type] = {
    "store": StoreSettings,
    "http": HttpSettings,
    "queue": QueueSettings,
    "work": WorkSettings,
    "channels": ChannelSettings,
    "holders": HolderSettings,
}
"""The settings of each layer, by what people call it."""

_SETTING = re.compile(rf"^({PREFIX}[A-Z_]+): (.+?)(?=^{PREFIX}|\Z)", re.DOTALL | re.MULTILINE)


def explained(layer: type) -> dict[str, str]:
    """Return the variables that a layer reads, with what its docstring says of each."""
    text = inspect.getdoc(layer) or ""
    return {name: " ".join(words.split()) for name, words in _SETTING.findall(text)}


def refuse_unknown(environment: Environment) -> None:
    """Raise SettingsError for a variable with our prefix that no layer reads: it is misspelt."""
    for layer in LAYERS.values():
        for name in explained(layer):
            environment.get(name)
    environment.refuse_unknown()
