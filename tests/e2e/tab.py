"""A tab without a browser: it says over the web socket what Streamlit's own would, or what somebody forges."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

from google.protobuf.message import Message
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.web.server.starlette.starlette_app_utils import generate_xsrf_token_string
from websockets.sync.client import ClientConnection, connect

_PATIENCE = 120  # seconds; a machine may be busy


class Tab:
    """What a tab has been sent.

    Attributes
    ----------
    elements : dict
        By its place on the page, each element's message of Streamlit.
    popovers : list
        Those that have their content once they are open; as widgets for `set`.
    heard : list
        All messages.
    """

    def __init__(self, socket: ClientConnection):
        self._socket = socket
        self._session, self._page, self._query = "", "", ""
        self._states: dict[str, WidgetState] = {}
        self.elements: dict[tuple[int, ...], Message] = {}
        self.popovers: list[Any] = []
        self.heard: list[ForwardMsg] = []

    def open(self, page: str = "", query: str = "") -> None:
        """Follow a link to a page of the app, in a session that goes on."""
        self._page, self._query, self._states = page, query, {}
        self._run()

    def set(self, *widgets: Any, **value: Any) -> None:
        """Let widgets have a value, such as ``string_value="abc"``, or be clicked: ``trigger_value=True``."""
        states = [WidgetState(id=widget.id, **value) for widget in widgets]
        if "trigger_value" not in value:
            self._states |= {state.id: state for state in states}
        self._run(*states)

    def download(self, file_id: str) -> str:
        """The path of a file that is made when it is asked for."""
        message = BackMsg()
        request = message.backend_operation_request
        request.request_id, request.session_id, request.deferred_file.file_id = "1", self._session, file_id
        self.say(message)
        while (heard := self.hear()).WhichOneof("type") != "backend_operation_response":
            pass
        return heard.backend_operation_response.deferred_file.url

    def say(self, message: BackMsg) -> None:
        """Send any message."""
        self._socket.send(message.SerializeToString())

    def hear(self) -> ForwardMsg:
        """The next message that the server sends."""
        data = self._socket.recv(_PATIENCE, decode=False)
        self.heard.append(ForwardMsg.FromString(data))
        return self.heard[-1]

    @property
    def query(self) -> dict[str, list[str]]:
        """The parameters of its address."""
        return parse_qs(self._query)

    @property
    def errors(self) -> list[str]:
        """What boxes of errors say, and exceptions."""
        return [a.body for a in self.of("alert") if a.format == a.ERROR] + [e.message for e in self.of("exception")]

    @property
    def received(self) -> bytes:
        """All that it was sent."""
        return b"".join(message.SerializeToString() for message in self.heard)

    def of(self, kind: str) -> list[Any]:
        """The elements of a kind, such as "button", from the top down."""
        return [getattr(e, kind) for _, e in sorted(self.elements.items()) if e.WhichOneof("type") == kind]

    def _run(self, *states: WidgetState) -> None:
        message = BackMsg()
        client = message.rerun_script
        client.page_name, client.query_string = self._page, self._query
        client.widget_states.widgets.extend((self._states | {state.id: state for state in states}).values())
        self.say(message)
        while (heard := self.hear()).WhichOneof("type") != "script_finished" or heard.script_finished == 2:
            if heard.WhichOneof("type") == "new_session":
                self.elements.clear()
                self.popovers.clear()
                self._session = heard.new_session.initialize.session_id
            elif heard.WhichOneof("type") == "page_info_changed":
                self._query = heard.page_info_changed.query_string
            elif heard.WhichOneof("type") == "delta" and heard.delta.WhichOneof("type") == "new_element":
                self.elements[tuple(heard.metadata.delta_path)] = heard.delta.new_element
            elif heard.WhichOneof("type") == "delta" and heard.delta.add_block.popover.id:
                self.popovers.append(heard.delta.add_block.popover)


@contextmanager
def tab(server: str, cookies: Mapping[str, str] | None = None) -> Iterator[Tab]:
    """A connection to the server, as from a page of its own, with these cookies beside the one against other sites."""
    xsrf = generate_xsrf_token_string()
    jar = {"_streamlit_xsrf": xsrf, **(cookies or {})}
    with connect(
        f"ws://{urlsplit(server).netloc}/_stcore/stream",
        origin=server,  # type: ignore[arg-type]
        subprotocols=["streamlit", xsrf],  # type: ignore[list-item]
        additional_headers={"Cookie": "; ".join(f"{name}={value}" for name, value in jar.items())},
        max_size=None,
    ) as socket:
        yield Tab(socket)
