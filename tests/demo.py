"""`make demo`: the whole way of a log, from S3 through the Lambda into a search engine, on this machine."""

import json
import os
import signal
import sys
import tempfile
import textwrap
import threading
import urllib.request
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

from harness import albatross, incident
from harness.console import bars, fact, say, step, styled
from harness.distribution import NoJava
from harness.emulator import SCHEDULED_EVENT, Emulator
from harness.engine import Engine
from harness.index import Index
from harness.page import Page
from harness.scenario import log_objects
from harness.server import ServerError
from harness.storage import Bucket, Storage

ENGINE_URL = os.environ.get("ENGINE_URL", "")
KEEP = os.environ.get("KEEP", "") not in ("", "0")
CLASS_STYLES = {"2": "green", "3": "cyan", "4": "yellow", "5": "red"}
DECIDER_STYLES = {"target": "green", "rule": "cyan", "client": "yellow", "waf": "blue", "auth": "blue"}


def main() -> None:
    signal.signal(signal.SIGINT, interrupted)
    signal.signal(signal.SIGTERM, interrupted)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="albatross-demo-")))
        engine = None if ENGINE_URL else launched(stack)
        with step("Starting a server that speaks the S3 protocol"):
            storage = stack.enter_context(Storage())
            bucket = storage.bucket()
            fact("address", storage.url)
            fact("bucket", bucket.name)
        with step("Uploading half an hour's access logs"):
            upload(bucket)
        with step("Waiting for the search engine"):
            index = stack.enter_context(Index(address(engine)))
        variables = albatross.environment(storage, bucket, index)
        with step("albatross setup"):
            albatross.setup(variables)
            fact("index template", f"for {index.prefix}-*")
        with step("The Lambda's schedule ticks"):
            emulator = stack.enter_context(Emulator(variables, folder))
            report = emulator.invoke(SCHEDULED_EVENT)
            say(textwrap.indent(json.dumps(report, indent=2), "  "))
        with step("What the search engine has"):
            show_documents(index, report)
        with step("The incident in these documents"):
            found = incident.find(index.documents())
            found.show()
        with step("What is left in the bucket, and why"):
            show_left(bucket, report)
        page = stack.enter_context(Page())
        with step("The page, with the same parser as WebAssembly"):
            with urllib.request.urlopen(page.url, timeout=10) as answer:
                fact("answers", answer.status)
            fact("the sample in it", f"{page.url}#sample")
            fact("its incident", f"with the filter {found.filter}")
        if KEEP:
            stay(page, index, bucket, storage, found)
        else:
            say("\nThat was all; everything is stopped again. `make demo KEEP=1` stays, to look around.")


def interrupted(*_: object) -> None:
    """Leaves every `with`, once: a second Ctrl-C must not cut the tidying short."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise KeyboardInterrupt


def launched(stack: ExitStack) -> Engine:
    """An engine of ours; it takes seconds to be ready, in which there is other work."""
    # Java's quick compiler alone: sooner ready, and nothing here is heavy.
    engine = Engine(java_options="-XX:TieredStopAtLevel=1")
    stack.callback(engine.close)
    engine.launch()
    return engine


def address(engine: Engine | None) -> str:
    """Of the user's engine, or of ours, as soon as it is ready."""
    if engine is None:
        fact("yours", ENGINE_URL)
        return ENGINE_URL
    engine.wait()
    fact("engine", engine)
    fact("address", engine.url)
    return engine.url


def upload(bucket: Bucket) -> None:
    for each in log_objects():
        bucket.put(each.key, each.body)
        fact(f"{len(each.body):>9,} bytes", f"{short(each.key)}  {styled(each.about, 'dim')}")


def show_documents(index: Index, report: Any) -> None:
    count = index.count()
    agreement = "as the report says" if count == report["indexed"] else f"but the report says {report['indexed']:,}!"
    fact("documents", f"{count:,}, {agreement}")
    classes: dict[str, int] = {}
    for (status,), documents in index.terms("http.response.status_code"):
        name = f"{status[0]}xx" if status.isdigit() and len(status) == 3 else "none"
        classes[name] = classes.get(name, 0) + documents
    say("\n  by status class")
    bars([(name, classes[name], CLASS_STYLES.get(name[0], "dim")) for name in sorted(classes)])
    say("\n  by verdict: who decided the outcome, and why")
    verdicts = index.terms("albatross.verdict.by", "albatross.verdict.reason")
    bars([(f"{by:<13} {reason}", documents, DECIDER_STYLES.get(by, "dim")) for (by, reason), documents in verdicts])


def show_left(bucket: Bucket, report: Any) -> None:
    reasons = {each["key"]: each["message"] for each in report["left"]}
    for key in bucket.logs():
        say(f"  {short(key)}")
        say(f"    {styled(reasons.get(key, 'not an access log: left alone'), 'dim')}")
    for each in bucket.quarantined():
        say(f"  line {each['line']} of {short(each['key'])}, in quarantine")
        say(f"    {styled(each['message'], 'dim')}")
    for each in report["damaged"]:
        say(f"  {short(each['key'])}, whole in quarantine")
        say(f"    {styled(each['message'], 'dim')}")


def stay(page: Page, index: Index, bucket: Bucket, storage: Storage, found: incident.Incident) -> None:
    say(f"\n{styled('Look around; Ctrl-C ends it.', 'bold')}")
    fact("page", f"{page.url}#sample")
    documents = f"{index.engine_url}/{index.prefix}-*/_search?pretty"
    fact("documents", documents)
    fact("the incident's", f"{documents}&q={quote_plus(found.filter.replace(' >= ', ':>='))}")
    fact("bucket", f"{storage.url}/{bucket.name}")
    threading.Event().wait()


def short(key: str) -> str:
    return key.rsplit("/", 1)[-1]


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        say("\nstopped")
    except (NoJava, ServerError) as problem:
        sys.exit(f"demo: {problem}")
