"""Puts the signer together (组装): its key, its connection, its memory and the outside holders."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import timedelta
from threading import Event

from domain.audit.notes import SignerKey
from domain.eventstore.checkpoints import CheckpointStore
from domain.eventstore.database import AWAY, Database
from domain.eventstore.migrate import EVENT_LOG_SCHEMA
from domain.eventstore.settings import StoreSettings
from domain.eventstore.tree import LeafTree
from projections.bootstrap import opened
from workers.channels.email import EmailChannel
from workers.channels.http_client import HttpClient
from workers.channels.settings import ChannelSettings
from workers.channels.webhook import WebhookChannel
from workers.clock import machine_time
from workers.signing.checkpoint_file import CheckpointFile
from workers.signing.holders import Holder
from workers.signing.key_file import create_signing_key, read_signing_key
from workers.signing.settings import HolderSettings
from workers.signing.signer import Signer

logger = logging.getLogger(__name__)

MAIL_PAUSE = timedelta(days=1)
WEBHOOK_PAUSE = timedelta(minutes=5)
LOOK_SECONDS = 0.5


@contextmanager
def a_signer(environment: Mapping[str, str], stop: Event) -> Iterator[Signer]:
    """Open what the signer of `environment` needs; waits for the tables until `stop` is set.

    A key is made where there is none and nothing was signed yet. Raises SettingsError, EngineError
    or KeyFileError, each with what to do.
    """
    settings = HolderSettings.from_environment(environment)
    channels = ChannelSettings.from_environment(environment)
    ours = StoreSettings.from_environment(environment)
    engine, addresses = opened(ours)
    try:
        with closing(Database(addresses.signer, name="kezhi-signer", size=2)) as database:
            store = CheckpointStore(database, EVENT_LOG_SCHEMA)
            _await_tables(store, stop)
            yield Signer(
                _key(ours, store),
                LeafTree(database, EVENT_LOG_SCHEMA),
                store,
                CheckpointFile(ours.checkpoint_file),
                clock=machine_time,
                holders=holders(settings, channels),
            )
    finally:
        if engine is not None:
            engine.stop()


def holders(settings: HolderSettings, channels: ChannelSettings) -> list[Holder]:
    """Return the outside holders that are configured."""
    found = []
    if settings.mail_to and channels.mail_server is not None:
        mail = EmailChannel(channels.mail_server, clock=machine_time)
        found.append(Holder(mail, settings.mail_to, MAIL_PAUSE))
    if settings.webhook_url:
        client = HttpClient(
            allow_private=channels.webhook_allow_private, allow_http=channels.webhook_allow_http
        )
        webhook = WebhookChannel(client, clock=machine_time)
        secrets = (settings.webhook_secret,)
        found.append(Holder(webhook, settings.webhook_url, WEBHOOK_PAUSE, secrets))
    return found


def _key(settings: StoreSettings, store: CheckpointStore) -> SignerKey:
    """Return the signing key, a fresh one only for a log of which nothing was ever signed."""
    is_new = store.newest() is None and not settings.checkpoint_file.exists()
    if is_new and not settings.signing_key_file.exists():
        return create_signing_key(settings.signing_key_file)
    return read_signing_key(settings.signing_key_file)


def _await_tables(store: CheckpointStore, stop: Event) -> None:
    is_told = False
    while not stop.is_set():
        try:
            if store.may_be_signed():
                return
        except AWAY as error:
            logger.warning("signer-waits", extra={"error": type(error).__name__})
        if not is_told:
            logger.info("awaiting-migration")
            is_told = True
        stop.wait(LOOK_SECONDS)
