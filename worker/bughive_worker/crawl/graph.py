"""One page's way through the crawl, as a graph.

recall -> visit -> inspect? -> detect -> verify? -> analyze? -> picture? -> record

Where an earlier session's look at the page may be reused, ``record`` follows ``recall`` at once.
A page is inspected when its template is new, and verified when what it shows may be flaky. The first page of a template
is analyzed where the session asks a language model. A page that failed at first and is well at the second look goes
through ``inspect`` and ``detect`` again, once.
"""

from dataclasses import replace
from functools import cache
from typing import TypedDict

from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime

from bughive_protocol.finding import Finding
from bughive_protocol.frontier import PageEnd, Template
from bughive_protocol.picture import Capture, page_subject
from bughive_worker.crawl import steps
from bughive_worker.crawl.analyze import analyze
from bughive_worker.crawl.reachability import check_start
from bughive_worker.crawl.reuse import reuse
from bughive_worker.crawl.second_look import failed, seen_again
from bughive_worker.crawl.steps import PageRun
from bughive_worker.detectors.page import is_html
from bughive_worker.detectors.registry import detect
from bughive_worker.observation import PageObservation


class PageState(TypedDict, total=False):
    """What is known of the page so far."""

    observation: PageObservation
    template: Template | None
    """Set where this page is to be inspected, being new to its template."""
    findings: tuple[Finding, ...]
    new: frozenset[str]
    """Fingerprints that the session has not recorded yet."""
    doubted: frozenset[str]
    """Those of them that are to be seen twice."""
    verified: bool
    recovered: bool
    """The page failed at first and was well at the second look."""
    portrait: Capture | None
    """The page itself as the observation saw it, where it gets a picture: a later look may see another."""


Context = Runtime[PageRun]


async def _recall(state: PageState, runtime: Context) -> PageState:  # noqa: ARG001 - the first node has no past
    reused = await reuse(runtime.context)
    if reused is None:
        return {}
    return {"observation": reused.observation, "template": reused.template, "findings": reused.findings}


async def _visit(state: PageState, runtime: Context) -> PageState:  # noqa: ARG001 - it begins anew
    run = runtime.context
    observation, template = await steps.place(run.session, await steps.look(run))
    return {"observation": observation, "template": template, "verified": False, "recovered": False}


async def _inspect(state: PageState, runtime: Context) -> PageState:
    template, session = state["template"], runtime.context.session
    if template is None or not session.inspects:
        return {}
    seen = await steps.inspect_page(runtime.context, state["observation"], template)
    return {"observation": seen} if seen else {"template": None}


async def _detect(state: PageState, runtime: Context) -> PageState:
    run, observation = runtime.context, state["observation"]
    session = run.session
    findings = detect(observation, session.spec.checks)
    new = await steps.unknown(session, findings)
    doubted = steps.to_confirm(session, observation, findings) & new
    portrait = await steps.take_portrait(run) if steps.wants_picture(session, observation) else None
    return {"findings": findings, "new": new, "doubted": doubted, "portrait": portrait}


async def _verify(state: PageState, runtime: Context) -> PageState:
    run, first = runtime.context, state["observation"]
    again = await steps.look_again(run)
    if failed(first) and not failed(again) and again.end is not PageEnd.CRASHED:
        observation, template = await steps.place(run.session, again)
        return {"observation": observation, "template": template, "verified": True, "recovered": True}
    if not seen_again(first, again):
        await run.seat.leave()  # what the tab shows now is not what the findings are of
    if failed(first):
        return {"verified": True}
    return {"findings": steps.stand(run.session, state["findings"], state["doubted"], again), "verified": True}


async def _analyze(state: PageState, runtime: Context) -> PageState:
    run, observation, rules = runtime.context, state["observation"], state["findings"]
    analyst = run.session.analyst
    if analyst is None or not run.session.analyzes(state["template"]) or not is_html(observation):
        return {}
    findings = await analyze(run, analyst, observation, rules)
    if findings is None:
        return {}
    new = await steps.unknown(run.session, findings)
    return {"observation": replace(observation, analyzed=True), "findings": findings, "new": state["new"] | new}


async def _picture(state: PageState, runtime: Context) -> PageState:
    run, portrait = runtime.context, state["portrait"]
    if run.session.takes_pictures:
        await steps.take_pictures(run, state["findings"], state["new"])
    if portrait is not None:
        await steps.keep_capture(run, page_subject(run.claim.item.url), portrait)
    return {}


async def _record(state: PageState, runtime: Context) -> PageState:
    run, observation = runtime.context, state["observation"]
    check_start(run.session.bounds.scope, observation)
    await steps.record(run, observation, state["findings"], state["template"])
    return {}


def _is_recalled(state: PageState) -> str:
    return "record" if "observation" in state else "visit"


def _is_novel(state: PageState) -> str:
    return "inspect" if state["template"] else "detect"


def _is_doubtful(state: PageState) -> str:
    if not state["verified"] and (failed(state["observation"]) or state["doubted"]):
        return "verify"
    return _is_first(state)


def _is_well_again(state: PageState) -> str:
    return _is_novel(state) if state["recovered"] else _is_first(state)


def _is_first(state: PageState) -> str:
    return "analyze" if state["template"] else _is_news(state)


def _is_news(state: PageState) -> str:
    return "picture" if state["new"] or state["portrait"] else "record"


@cache
def page_graph() -> CompiledStateGraph[PageState, PageRun, PageState, PageState]:
    """The graph, compiled once per process."""
    graph = StateGraph(PageState, context_schema=PageRun)
    graph.add_node("recall", _recall)
    graph.add_node("visit", _visit)
    graph.add_node("inspect", _inspect)
    graph.add_node("detect", _detect)
    graph.add_node("verify", _verify)
    graph.add_node("analyze", _analyze)
    graph.add_node("picture", _picture)
    graph.add_node("record", _record)
    graph.add_edge(START, "recall")
    graph.add_conditional_edges("recall", _is_recalled, ["visit", "record"])
    graph.add_conditional_edges("visit", _is_novel, ["inspect", "detect"])
    graph.add_edge("inspect", "detect")
    graph.add_conditional_edges("detect", _is_doubtful, ["verify", "analyze", "picture", "record"])
    graph.add_conditional_edges("verify", _is_well_again, ["inspect", "detect", "analyze", "picture", "record"])
    graph.add_conditional_edges("analyze", _is_news, ["picture", "record"])
    graph.add_edge("picture", "record")
    graph.add_edge("record", END)
    return graph.compile()


async def run_page(run: PageRun) -> None:
    """Take one claimed page through the graph, to its record."""
    await page_graph().ainvoke({}, context=run, config={"recursion_limit": 20})
