"""What a web socket may say: what the pages say, and none of what Streamlit's menus for developers would."""

from google.protobuf.message import DecodeError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_SAID = {"rerun_script", "stop_script", "app_heartbeat", "file_urls_request", "backend_operation_request"}
_ASKED = {"deferred_file", "dataframe_chunk"}  # of the last of these


class OwnMessagesOnly:
    """Drops the messages that clear everybody's caches, tell of the checkout or write into it, whoever sends them."""

    def __init__(self, app: ASGIApp):
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def own() -> Message:
            while True:
                message = await receive()
                if message["type"] != "websocket.receive" or _own(message.get("bytes") or b""):
                    return message

        await self.app(scope, own if scope["type"] == "websocket" else receive, send)


def _own(data: bytes) -> bool:
    from streamlit.proto.BackMsg_pb2 import BackMsg

    try:
        said = BackMsg.FromString(data)
    except DecodeError:
        return True  # Streamlit ends the connection
    kind = said.WhichOneof("type")
    return kind in _SAID and (
        kind != "backend_operation_request" or said.backend_operation_request.WhichOneof("payload") in _ASKED
    )
