#!/usr/bin/env python3
"""Starts an ingestion from Python, pauses and resumes a phase, and prints how it ends.

Sluice's workflow is started by its name, as any Temporal client can: nothing of Sluice is imported here.

    pip install temporalio
    python start_job.py /data/handbook --collection handbook

The path is the worker's. TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE say where Temporal is (default: 127.0.0.1:7233, default).
Exits with 0 when the job is COMPLETED and with 1 when it is FAILED.
"""

import argparse
import asyncio
import json
import os
import sys
import uuid

from temporalio.client import Client, WorkflowFailureError, WorkflowHandle
from temporalio.exceptions import ApplicationError, CancelledError
from temporalio.service import RPCError, RPCStatusCode

PHASES = ["LOADING", "CHUNKING", "EMBEDDING", "INDEXING"]


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Start a Sluice ingestion job with Temporal's Python SDK.")
    parser.add_argument("path", help="folder or file, as the worker sees it")
    parser.add_argument("--collection", required=True, help="made by its first job")
    parser.add_argument("--job-id", default=f"ingest-{uuid.uuid4()}", help="also the id of the workflow (default: a new one)")
    parser.add_argument("--include", action="append", help="glob pattern; may be repeated")
    parser.add_argument("--chunk-tokens", type=int, help="size of a chunk (default: the collection's)")
    parser.add_argument("--pause", choices=PHASES, default="EMBEDDING", help="the phase to pause and resume (default: EMBEDDING)")
    return parser.parse_args()


def job_input(arguments: argparse.Namespace) -> dict:
    """The workflow's one argument."""
    source = {"kind": "folder", "path": os.path.abspath(arguments.path)}
    if arguments.include:
        source["include"] = arguments.include
    options = {}
    if arguments.chunk_tokens is not None:
        options["chunkTokens"] = arguments.chunk_tokens
    return {"collection": arguments.collection, "source": source, "options": options}


def print_phases(title: str, phases: list) -> None:
    print(title)
    for phase in phases:
        wait = f" ({phase['waitReason']})" if phase["waitReason"] else ""
        print(f"  {phase['phase']:<10} {phase['status']:<12} {phase['progress']:>3} %  {phase['itemsProcessed']} of {phase['itemsTotal']} documents{wait}")


async def pause_and_resume(handle: WorkflowHandle, phase: str) -> None:
    """Without an argument both signals mean every unfinished phase. A pause sent before the job has begun takes effect when it begins."""
    while (job := await handle.query("jobStatus"))["status"] == "PENDING":
        await asyncio.sleep(0.1)
    if job["status"] != "RUNNING":
        return
    try:
        await handle.signal("pause", {"phase": phase})
        print_phases("After the pause:", await handle.query("phaseStatus"))
        await handle.signal("resume", {"phase": phase})
        print_phases("After the resume:", await handle.query("phaseStatus"))
    except RPCError as error:
        # An ended workflow takes no signals.
        if error.status != RPCStatusCode.NOT_FOUND:
            raise


async def main() -> int:
    arguments = read_arguments()
    client = await Client.connect(
        os.environ.get("TEMPORAL_ADDRESS", "127.0.0.1:7233"),
        namespace=os.environ.get("TEMPORAL_NAMESPACE", "default"),
    )
    handle = await client.start_workflow("ingestionWorkflow", job_input(arguments), id=arguments.job_id, task_queue="sluice")
    print(f"Started {handle.id}")

    try:
        await pause_and_resume(handle, arguments.pause)
        job = await handle.result()
    except WorkflowFailureError as error:
        # The query answers after the end too, and for a cancelled job it is the only answer.
        job = await handle.query("jobStatus")
        if isinstance(error.cause, ApplicationError):
            print(f"{error.cause.type}: {error.cause.message}", file=sys.stderr)
        elif isinstance(error.cause, CancelledError):
            print("The job was cancelled.", file=sys.stderr)
        else:
            print(f"The workflow ended without an answer: {error.cause}", file=sys.stderr)
    print_phases(f"{job['jobId']} is {job['status']}:", job["phases"])
    print(json.dumps({"documents": job["documents"], "chunks": job["chunks"]}))
    return 0 if job["status"] == "COMPLETED" else 1


if __name__ == "__main__":
    exit_code = asyncio.run(main())
    sys.stdout.flush()
    # Not sys.exit: threads of the SDK may crash the interpreter while it shuts down (github.com/temporalio/sdk-python/issues/300).
    os._exit(exit_code)
