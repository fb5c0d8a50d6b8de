"""Invented customers: common Chinese surnames, given names, trades and streets, combined."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from random import Random

from domain.card import Card, Classification, Purchase
from domain.grade import DealStage, Demand, Importance

_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高单曾仇解"
_GIVEN = "伟芳娜敏静强磊军洋勇艳杰娟涛明超兰霞平刚桂英华玉萍红"
_BRANDS = ("麒麟", "华信", "东方", "长江", "金桥", "泰山", "远航", "瑞丰", "恒通", "天成", "明辉")
_TRADES = {
    "工程": "建筑工程", "家装": "装饰", "外贸": "进出口", "内贸": "商贸", "制造业": "机械",
    "服务业": "餐饮管理", "金融业": "投资咨询",
}  # fmt: skip
_CITIES = ("上海", "杭州", "苏州", "南京", "宁波")
_STREETS = ("人民路", "中山路", "解放路", "建设路", "和平路", "南京路", "淮海路")
_PRODUCTS = (
    ("瓷砖", "128.00"),
    ("地板", "236.50"),
    ("涂料", "89.90"),
    ("灯具", "312.00"),
    ("门窗", "1580.00"),
)

NOTES = (
    "介绍了新产品,客户表示有兴趣",
    "客户正在比较几家供应商",
    "约好下周上门看样",
    "报价已发,等待回复",
    "客户反馈上批货质量很好",
    "预算要到下季度才批",
)
COMPLAINTS = (
    "送货晚了三天,影响了施工",
    "两箱瓷砖有破损",
    "发票抬头开错了",
    "售后电话一直打不通",
    "安装师傅态度不好",
    "地板颜色与样品不符",
)


def a_card(random: Random, number: int) -> Card:
    """Return the card of customer `number`; names may repeat, phones and companies do not."""
    name = random.choice(_SURNAMES) + "".join(random.sample(_GIVEN, random.choice((1, 2))))
    city = random.choice(_CITIES)
    trade = random.choice(list(_TRADES))
    company = ""
    if random.random() < 0.7:  # noqa: PLR2004 - most are companies
        company = f"{city}{random.choice(_BRANDS)}{_TRADES[trade]}{number:03d}有限公司"
    return Card(
        name=name,
        company=company,
        contact=name if company else "",
        phones=(f"13{random.randrange(10)}{number:04d}{random.randrange(10_000):04d}",),
        address=f"{city}市{random.choice(_STREETS)}{random.randrange(1, 999)}号",
        wechat=f"wx_{number:04d}" if random.random() < 0.5 else "",  # noqa: PLR2004
        birthday=f"{1 + number % 13 % 12:02d}-{1 + number % 28:02d}" if number % 3 == 0 else "",
    )


def a_classification(random: Random) -> Classification:
    """Return where a customer stands on the axes."""
    return Classification(
        deal_stage=random.choices(list(DealStage), weights=(2, 3, 5))[0],
        importance=random.choices(list(Importance), weights=(1, 4))[0],
        demand=random.choices(list(Demand), weights=(5, 4, 1))[0],
        industry=random.choice(list(_TRADES)),
        district=random.choice(("浦东", "静安", "徐汇", "闵行", "宝山")),
        region=random.choice(_CITIES),
        route=random.choice(("东线", "西线", "南线")),
        route_position=random.randrange(1, 60),
        tags=tuple(
            random.sample(("老客户", "转介绍", "展会", "样板房", "代理"), random.randrange(3))
        ),
    )


def a_purchase(random: Random, day: date) -> Purchase:
    """Return a line of trade history of `day`."""
    product, price = random.choice(_PRODUCTS)
    quantity = random.randrange(1, 40)
    return Purchase(
        purchased_on=day,
        product=product,
        quantity=Decimal(quantity),
        amount=Decimal(price) * quantity,
    )
