"""The REST front for institutions: authenticated by message, bounded, answered with problem details.

Every route is answered before Litestar, without ASGI where the server is ours, so the hot ones cost no more than they must; OpenAPI is made from
the same table. Ids are strings ``cell-id``; money is fen. 中文: 机构接口。
"""

from openyibao.fronts.api.direct import DirectProtocol
from openyibao.fronts.api.doors import ApiDoors
from openyibao.fronts.api.openapi import openapi_document

__all__ = ["ApiDoors", "DirectProtocol", "openapi_document"]
