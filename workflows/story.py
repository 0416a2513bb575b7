"""What every story may do: put a command, ask the domain how things stand, and wait for people or for time.

A story holds no business state. Whatever it needs to know it asks the domain, right after it was woken or a deadline passed;
so it can be thrown away at any moment and started again from the event store (`canopy reconcile`).
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from domain.kernel import Command

_RETRY = RetryPolicy(initial_interval=timedelta(milliseconds=200), maximum_interval=timedelta(seconds=10))
_A_MINUTE = timedelta(minutes=1)
_PAGE_LIMIT = timedelta(minutes=5)


class Errand(BaseModel):
    """A command on its way to the domain. `version` is the stream's when the wish was formed: it makes the command id."""

    model_config = ConfigDict(frozen=True)
    command: str
    content: dict[str, Any]
    version: int = 0


class Standing(BaseModel):
    """How a project or round stands, as the domain says. `step` is the stage's id in its programme, `stage` its kind.

    `unopened`: the project has come to a check whose days have not begun.
    `wait` is real time until the next deadline; None: only people, or a held clock, are waited for.
    """

    model_config = ConfigDict(frozen=True)
    stage: str
    step: str = ""
    outcome: str = ""
    over: bool = False
    unopened: bool = False
    version: int = 0
    wait: timedelta | None = None
    due: str = ""
    deadline: Errand | None = None
    chore: Errand | None = None
    """What is to be put at once, before waiting on."""
    paged: str = ""
    """What is to be put for each project of the round before the chore."""
    refused: str = ""


class Page(BaseModel):
    """What one page of projects did: where to go on, None at the end."""

    model_config = ConfigDict(frozen=True)
    next: int | None
    done: int = 0


class Story:
    """The base of the two stories. `subject` is a stream's name, like `project:p-1`."""

    subject: str

    def __init__(self) -> None:
        self.wakes = 0
        self._heard = 0
        self.now = Standing(stage="")

    @workflow.signal
    def wake(self) -> None:
        """Something was recorded. What it means is the domain's business."""
        self.wakes += 1

    @workflow.query
    def standing(self) -> Standing:
        """How things stood when the story last asked."""
        return self.now

    async def ask(self) -> Standing:
        """How things stand now."""
        # Counted before asking: a wake that comes during the question is not lost.
        self._heard = self.wakes
        self.now = await workflow.execute_local_activity(
            "standing",
            self.subject,
            result_type=Standing,
            start_to_close_timeout=timedelta(seconds=30),
            retry_policy=_RETRY,
            summary=f"how does {self.subject} stand?",
        )
        return self.now

    async def put(self, command: Command) -> Standing:
        """Give a command to the domain; how things stand afterwards. A refusal is an answer like any other (`refused`)."""
        errand = Errand(
            command=type(command).__name__, content=command.model_dump(mode="json"), version=self.now.version
        )
        return await self.put_errand(errand)

    async def put_errand(self, errand: Errand) -> Standing:
        self._heard = self.wakes
        self.now = await workflow.execute_local_activity(
            "put",
            args=[self.subject, errand],
            result_type=Standing,
            start_to_close_timeout=timedelta(seconds=30),
            retry_policy=_RETRY,
            summary=errand.command,
        )
        return self.now

    async def woken_or(self, wait: timedelta | None, *, summary: str) -> bool:
        """True when something was recorded since the last question; False when the time passed in silence."""
        try:
            await workflow.wait_condition(lambda: self.wakes > self._heard, timeout=wait, timeout_summary=summary)
        except asyncio.TimeoutError:  # noqa: UP041  what the SDK documents, on every Python
            return False
        return True

    async def through(self, *stages: str, woken: Command | None = None) -> Standing:
        """Stay until the domain says the stage is past: woken, look again (or put `woken`); silence, put what it means."""
        pause, step = timedelta(0), self.now.step
        while self.now.stage in stages and self.now.step == step:
            if self.now.chore is not None and not self.now.refused:
                await self.see_to(self.now.chore, self.now.paged)
                continue
            wait = None if self.now.wait is None else max(self.now.wait, pause)
            what = self.now.deadline.command if self.now.deadline else "people"
            pause = timedelta(0)
            if await self.woken_or(wait, summary=f"{'/'.join(stages)}: {what} {self.now.due}"):
                await (self.put(woken) if woken is not None else self.ask())
            elif self.now.deadline is not None:
                await self.put_errand(self.now.deadline)
                # What the domain refuses although its time has come would be put for ever: leave it a minute.
                pause = _A_MINUTE if self.now.refused else timedelta(0)
        return self.now

    async def see_to(self, chore: Errand, paged: str) -> None:
        """Tell every project of the round, where that is wanted, and then put the command."""
        if paged:
            await self.for_each(paged)
        await self.put_errand(chore)

    async def for_each(self, command: str) -> None:
        """Put a command for every project of the round, a page at a time; the list never enters this history."""
        # With the version at its beginning, the same command may be put for the same projects another time.
        after: int | None = 0
        version = self.now.version
        while after is not None:
            page = await workflow.execute_activity(
                "for_each",
                args=[self.subject, command, after, version],
                result_type=Page,
                start_to_close_timeout=_PAGE_LIMIT,
                heartbeat_timeout=timedelta(seconds=30),
                retry_policy=_RETRY,
                summary=f"{command}, from {after}",
            )
            after = page.next
