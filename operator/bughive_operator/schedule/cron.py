"""When a cron expression is due in a time zone.

A moment is due when the clock on the wall there shows a time that the expression names. So a time that the change to
summer time skips is never due, and one that the clock shows twice is due twice: as with a CronJob, and unlike cronsim's
own rule for time zones, which is Debian's. cronsim therefore counts through wall-clock times alone.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError

from bughive_operator.schedule.cron_fields import expanded

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)
_FIRST_WINDOW = timedelta(hours=1)


class BadSchedule(Exception):
    """The expression is none, or is never due; the message says why."""


class UnknownTimeZone(Exception):
    """There is no time zone of this name."""


class Cron:
    """The moments at which an expression is due."""

    def __init__(self, expression: str, time_zone: str) -> None:
        """Read an expression of a CronJob's syntax, and an IANA name.

        Raises:
            BadSchedule: see there.
            UnknownTimeZone: see there.
        """
        try:
            self._zone = ZoneInfo(time_zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise UnknownTimeZone(
                f"There is no time zone {time_zone}: write an IANA name such as Europe/Berlin."
            ) from error
        try:
            self._expression = expanded(expression)
            CronSim(self._expression, datetime(2000, 1, 1))  # noqa: DTZ001 - a time on the wall, nowhere
        except (ValueError, CronSimError) as error:
            raise BadSchedule(f"The schedule {expression} is never due: {error}.") from error

    def after(self, moment: datetime) -> datetime | None:
        """The first due moment after this one; None: there is none in the next 50 years."""
        return next(self.times(moment), None)

    def last(self, after: datetime, until: datetime) -> datetime | None:
        """The last due moment after one and until the other, that one included."""
        window = _FIRST_WINDOW
        while True:
            begin = max(after, until - window)
            found = None
            for found in self.between(begin, until):  # noqa: B007 - the last one is what counts
                pass
            if found is not None or begin == after or after >= until:
                return found
            window *= 2

    def between(self, after: datetime, until: datetime) -> Iterator[datetime]:
        """The due moments after one and until the other, that one included."""
        for moment in self.times(after):
            if moment > until:
                return
            yield moment

    def times(self, after: datetime) -> Iterator[datetime]:
        """All due moments after this one, in order, in UTC."""
        begin = after.astimezone(UTC).replace(microsecond=0)
        offset = self._offset(begin)
        walls = CronSim(self._expression, _wall(begin, offset))
        wall = next(walls, None)
        while wall is not None:
            due = _moment(wall, offset)
            change = self._change(begin, due)
            if change is None:
                yield due
                begin = due
            else:
                begin, offset = change, self._offset(change)
                walls = CronSim(self._expression, _wall(begin, offset) - _SECOND)
            wall = next(walls, None)

    def _change(self, begin: datetime, until: datetime) -> datetime | None:
        """The first moment after ``begin`` and until ``until`` from when the clocks go by another offset."""
        offset = self._offset(begin)
        while begin < until:
            end = min(begin + _DAY, until)
            if self._offset(end) != offset:
                return self._first_with_other_offset(begin, end)
            begin = end
        return None

    def _first_with_other_offset(self, before: datetime, after: datetime) -> datetime:
        offset = self._offset(before)
        while after - before > _SECOND:
            middle = before + ((after - before) // (2 * _SECOND)) * _SECOND
            if self._offset(middle) == offset:
                before = middle
            else:
                after = middle
        return after

    def _offset(self, moment: datetime) -> timedelta:
        return moment.astimezone(self._zone).utcoffset() or timedelta()


def _wall(moment: datetime, offset: timedelta) -> datetime:
    return (moment + offset).replace(tzinfo=None)


def _moment(wall: datetime, offset: timedelta) -> datetime:
    return wall.replace(tzinfo=UTC) - offset
