"""What is taken out of a site is named by nothing that stays."""

from tests.queue.test_site_devices import DEVICES
from tests.queue.test_site_file import SMALL
from turnero.admin.parts import SECTIONS
from turnero.queue import site_file


def test_a_box_that_is_taken_out_hosts_nothing_any_more() -> None:
    file = site_file.decode(SMALL + DEVICES)
    left = SECTIONS["boxes"].removed(file, "entrance")
    assert left.box == ()
    assert (left.kiosk[0].box, left.printer[0].box) == (None, None)
    assert left.kiosk[0].printer == "p-1"
