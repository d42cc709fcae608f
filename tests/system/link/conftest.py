import pytest

from workbench.engines import open_engine
from workbench.image import Image
from workbench.link import Client
from workbench.platform import read_platform

BOARDS = ["stm32f4_discovery", "nrf52840_dk"]


@pytest.fixture
def machine():
    """Return a function that puts an image on its board in the embedded engine, not yet booted."""
    opened = []

    def load(built):
        engine = open_engine("embedded")
        opened.append(engine)
        engine.load(Image.from_file(built.elf), read_platform(built.board))
        return engine

    yield load
    for engine in opened:
        engine.close()


@pytest.fixture(params=BOARDS)
def board(request):
    return request.param


@pytest.fixture
def client(firmware_image, machine, board):
    """A client of the firmware with portable kernels, booted on `board`."""
    client = Client(machine(firmware_image(board)))
    client.boot()
    return client
