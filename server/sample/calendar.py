"""Days and moments of the sample, counted from the start of today in the union's zone."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from server.sample.chance import Chance

CAMPAIGN_STARTED = -25
CAMPAIGN_ENDS = 45
ACTION_DAY = 19
MINUTE_MS = 60_000
HOURS = {"days": (9, 15), "evenings": (15, 21), "nights": (6, 8), "rotating": (8, 20)}


class Calendar:
    """Today, and the moments around it. `now` is ms since 1970."""

    def __init__(self, now: int, zone: ZoneInfo) -> None:
        self.now = now
        self._zone = zone
        self._today = datetime.fromtimestamp(now / 1000, UTC).astimezone(zone).date()

    def day(self, offset: int = 0) -> str:
        """Return the day so many days from today, as ISO text."""
        return (self._today + timedelta(days=offset)).isoformat()

    def moment(self, offset: int, hour: int, minute: int = 0) -> int:
        """Return the moment in ms of a local time so many days from today."""
        day = self._today + timedelta(days=offset)
        return int(datetime.combine(day, time(hour, minute), self._zone).timestamp() * 1000)

    def days_until(self, day: str) -> int:
        """Return how many days from today a day is; negative when it has been."""
        return (date.fromisoformat(day) - self._today).days

    def at_work(self, chance: Chance, work_shift: str) -> int:
        """Return a moment since the campaign started and before today, in somebody's shift."""
        offsets = range(CAMPAIGN_STARTED + 1, 0)
        weights = [self._weight(offset) for offset in offsets]
        starts, ends = HOURS[work_shift]
        offset = chance.choices(offsets, weights)[0]
        return self.moment(offset, chance.randrange(starts, ends), chance.randrange(60))

    def _weight(self, offset: int) -> int:
        weekday = (self._today + timedelta(days=offset)).weekday()
        return 1 if weekday > 4 else 3 + min(offset - CAMPAIGN_STARTED, 9)
