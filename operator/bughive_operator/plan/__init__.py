"""``plan(observation, now)``: what to do for one session. Pure: no clock, no I/O, no memory.

The first rule that has something to say decides. What each looks at, and what it wants:

| rule      | phase     | Redis                           | spec     | wants                               |
|-----------|-----------|---------------------------------|----------|-------------------------------------|
| deleted   | gone      | anything                        | -        | StopWork                            |
| finished  | terminal  | late digest, not acknowledged   | ttl      | WriteReport, Acknowledge, Expire    |
| away      | any       | cannot be reached               | -        | nothing: the status freezes         |
| verdict   | any other | verdict                         | -        | WriteReport, terminal, Acknowledge  |
| invalid   | any other | no verdict                      | unreadable | Failed, or Cancel(InvalidSpec)    |
| cancel    | any other | no verdict                      | cancel   | Cancelled, or Cancel(Cancelled)     |
| deadline  | any other | no verdict                      | deadline | Failed, or Cancel(...Deadline...)   |
| suspend   | any other | lease held                      | suspend  | SetSignal, wait; FenceOff after 30 s |
|           |           | no lease                        | suspend  | Suspended                           |
| poison    | Queued,   | lost again, no page crawled     | -        | Bury, Cancel(PoisonSession)         |
| takeover  | Running   | lost, released, emptied, newer  | -        | the next attempt, or Cancel(error)  |
| dispatch  | Queued    | fence missing or not sent       | -        | Dispatch, Send                      |
|           |           | sent, no lease for too long     | -        | Send again                          |
|           | Queued, Running | lease held                | -        | Running, progress                   |
| admission | Pending,  | -                               | startAt  | Pending until then                  |
|           | Suspended | -                               | Secrets  | Pending, not Accepted, until they can be had |
|           |           | -                               | -        | the next attempt, or Pending in line |

An end that the operator decides for a session that was ever dispatched is written to Redis first
(Cancel), where a worker's own end may have come before it; the verdict that holds comes back
through the ``verdict`` rule. So there is one way into a terminal phase, and none out of it.

What a language model was asked, and what is delivered to others (webhooks and the like), is shown beside all this, by
``with_analyzed`` and ``with_delivered``; no rule looks at it, but that a session's time after its end (ttl) is not over
while something is still on its way.
"""

from collections.abc import Callable
from datetime import datetime

from bughive_operator.actions import Action, PatchStatus, Plan
from bughive_operator.observation import Observation
from bughive_operator.plan.admission import admission
from bughive_operator.plan.analyzed import with_analyzed
from bughive_operator.plan.announcement import announcement
from bughive_operator.plan.cancel import cancel
from bughive_operator.plan.deadline import deadline
from bughive_operator.plan.delivered import with_delivered
from bughive_operator.plan.dispatch import dispatch
from bughive_operator.plan.draft import patch
from bughive_operator.plan.finished import finished
from bughive_operator.plan.gone import gone
from bughive_operator.plan.invalid import invalid
from bughive_operator.plan.poison import poison
from bughive_operator.plan.redis_away import redis_away
from bughive_operator.plan.suspend import suspend
from bughive_operator.plan.takeover import takeover
from bughive_operator.plan.verdict import verdict
from bughive_operator.plan.view import View
from bughive_operator.plan.wake import next_wake
from bughive_operator.policy import Policy

Actions = tuple[Action, ...]
Rule = Callable[[View], Actions | None]
"""The actions a rule wants; an empty tuple ends the chain too; None leaves the matter to the next rule."""

RULES: tuple[Rule, ...] = (
    finished,
    redis_away,
    verdict,
    invalid,
    cancel,
    deadline,
    suspend,
    poison,
    takeover,
    dispatch,
    admission,
)


def plan(observation: Observation, now: datetime, policy: Policy) -> Plan:
    """What to do for one session now, and when to look again if nothing happens until then."""
    resource = observation.resource
    if resource is None or resource.deleting:
        return gone(observation, now)
    view = View.of(observation, resource, now, policy)
    wanted = next((actions for rule in RULES if (actions := rule(view)) is not None), ())
    actions = with_delivered(view, with_analyzed(view, _with_generation(view, wanted)))
    return Plan(_with_announcement(view, actions), next_wake(view))


def _with_generation(view: View, actions: Actions) -> Actions:
    """Let the status say which generation it answers, also where nothing else is to be said."""
    if view.away or any(isinstance(action, PatchStatus) for action in actions):
        return actions
    return (*actions, *patch(view, view.status))


def _with_announcement(view: View, actions: Actions) -> Actions:
    """Follow a transition with the event that tells of it."""
    statuses = [action.status for action in actions if isinstance(action, PatchStatus)]
    event = announcement(view.status, statuses[-1]) if statuses else None
    return (*actions, event) if event else actions


__all__ = ["RULES", "plan"]
