"""Airflow's notifiers told what Apprise is told: the message as it is, never as a template."""

from airflow.sdk.bases.notifier import BaseNotifier

from include.overnight.edge.hooks import open_desk
from include.overnight.edge.notifiers import tellers
from include.overnight.settings.sections import NotifierSettings

TOLD = []


class Listed(BaseNotifier):
    """Writes down what it is told."""

    template_fields = ("text",)

    def __init__(self, text, more=None, **kwargs):
        super().__init__(**kwargs)
        self.text, self.more = text, more

    def notify(self, context):
        TOLD.append((self.text, self.more))


HERE = f"{__name__}.Listed"


def told(**arguments):
    TOLD.clear()
    (teller,) = tellers([NotifierSettings(notifier=HERE, arguments=arguments)])
    teller("a title", "1 > 0, {{ 7 * 6 }} {title}")
    return TOLD


def test_the_message_is_put_into_the_arguments_wherever_they_are():
    ((text, more),) = told(text="{title}: {body}", more={"blocks": [{"text": "{body}"}], "n": 3})
    assert text == "a title: 1 > 0, {{ 7 * 6 }} {title}"
    assert more == {"blocks": [{"text": "1 > 0, {{ 7 * 6 }} {title}"}], "n": 3}


def test_settings_name_notifiers_and_the_desk_tells_them(house):
    TOLD.clear()
    path = house.stage.home / "overnight.toml"
    path.write_text(f'{path.read_text()}\n[[notifiers]]\nnotifier = "{HERE}"\narguments.text = "{{body}}"\n')
    open_desk().notify("title", "body")
    assert TOLD == [("body", None)]


def test_a_notifier_that_cannot_be_imported_fails_nothing(house, caplog):
    path = house.stage.home / "overnight.toml"
    path.write_text(f'{path.read_text()}\n[[notifiers]]\nnotifier = "no.such.Notifier"\n')
    open_desk().notify("title", "body")
    assert "a notifier raised" in caplog.text
