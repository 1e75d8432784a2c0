"""Chinese words that tell a cause's class: agents and services of China state their failures in them."""

from __future__ import annotations

import re

from policies.expressions import expression
from policies.failure import FailureClass as C

CHINESE: tuple[tuple[re.Pattern[str], C], ...] = (
    (
        expression(
            r"(?:密钥|令牌|凭证|token|key).{0,8}(?:无效|错误|过期|缺失|失效|未设置|未配置)"
            r"|未授权|(?:认证|鉴权|登录|身份验证)(?:已)?(?:失败|过期|失效)|请(?:先|重新)?登录"
        ),
        C.AUTH,
    ),
    (expression(r"余额不足|欠费|(?:额度|配额).{0,4}(?:不足|用完|用尽|耗尽|超)"), C.USAGE_LIMIT),
    (expression(r"请求(?:过于|太)频繁|请求过多|限流|(?:速率|频率)限制"), C.RATE_LIMIT),
    (expression(r"上下文.{0,8}(?:过长|超出|超过)|(?:输入|提示词?)过长"), C.CONTEXT_LENGTH),
    (
        expression(
            r"模型.{0,8}(?:不存在|不可用|繁忙|过载)|(?:服务|服务器|系统)(?:繁忙|过载|不可用)"
        ),
        C.MODEL_ERROR,
    ),
    (
        expression(r"(?:网络|连接|请求)(?:错误|异常|超时|中断|被拒绝)|(?:网络|连接)失败|无法连接"),
        C.NETWORK,
    ),
)
