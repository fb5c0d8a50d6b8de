"""Fills read models with any number of customers, past the event log, to measure how they answer.

Rows are made by the columns of the projections themselves and written by COPY, by one process per
core; the tables then get their indexes as after a rebuild. Names, companies, places and dates are
drawn so that they are as common and as rare as among real customers.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from itertools import accumulate, pairwise
from multiprocessing import get_context
from random import Random
from typing import Any
from uuid import UUID

import psycopg
from psycopg.sql import SQL, Identifier

from domain.eventstore.database import Database
from projections import ladder
from projections.due_list.projection import COLUMNS as ITEM
from projections.due_list.projection import DueListProjection
from projections.duplicates.projection import DuplicatesProjection, indexed
from projections.folding import fold
from projections.journal.projection import JournalProjection
from projections.listing import code
from projections.pinyin import sorting_key
from projections.read_model import ReadModel
from projections.roster.projection import COLUMNS as CUSTOMER
from projections.roster.projection import RosterProjection
from projections.workload.projection import FIGURES, WorkloadProjection

REPS = 16
TODAY = date(2026, 11, 23)
KINDS: tuple[type[ReadModel], ...] = (
    RosterProjection,
    DueListProjection,
    DuplicatesProjection,
    WorkloadProjection,
    JournalProjection,
)
IDENTITY = ("customer_id", "owner_id", "second_owner_id", *indexed({}))
WORKLOAD_DAYS = 730
ENTRY = (
    "customer_id",
    "position",
    "originator_id",
    "originator_version",
    "topic",
    "recorded_at",
    "is_system",
)
ENTRIES = 3
"""How many entries of the journal a customer has; what they are about is in no log."""
FIRST_POSITION = 100_000
"""Where these entries begin, beyond the events of those who have a history."""

SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许邓冯韩曹曾彭肖蔡潘田董袁于余"
    "叶蒋杜苏魏程吕丁沈任姚卢傅钟姜崔谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江阎薛尹段"
    "雷黎史龙陶贺顾毛郝龚邵万钱严覃武单仇朴解翟查"
)
GIVEN = (
    "伟芳娜敏静强磊军洋勇艳杰娟涛明超兰霞平刚桂英华玉萍红建国志文婷雪琳佳俊宇浩博思雨"
    "子轩梓涵一诺欣怡晨阳嘉豪天佑春梅秀珍丽云飞龙凤鹏程辉煌光荣海波江河山川"
)
CITIES = [
    "上海",
    "北京",
    "广州",
    "深圳",
    "杭州",
    "南京",
    "苏州",
    "成都",
    "重庆",
    "武汉",
    "西安",
    "天津",
    "青岛",
    "大连",
    "宁波",
    "厦门",
    "长沙",
    "郑州",
    "济南",
    "合肥",
    "福州",
    "无锡",
    "昆明",
    "哈尔滨",
    "沈阳",
    "石家庄",
    "南昌",
    "贵阳",
    "太原",
    "兰州",
]
BRAND = (
    "宏达远东华盛鑫源金鼎恒信瑞丰天成博雅中兴联创新锐德盛麒麟凯旋卓越腾飞星辰海纳百川"
    "明珠泰和祥云长青永固立信同创亿佳美丰汇众诚安康顺达"
)
TRADES = [
    "科技",
    "贸易",
    "建材",
    "装饰",
    "机械",
    "电子",
    "食品",
    "服饰",
    "家具",
    "五金",
    "化工",
    "物流",
    "医药",
    "文化传媒",
    "信息技术",
    "环保",
    "新能源",
    "汽车配件",
    "餐饮管理",
    "教育咨询",
]
FORMS = ["有限公司", "有限公司", "有限公司", "股份有限公司", "集团有限公司", "商行", "经营部"]
DISTRICTS = [f"{a}{b}区" for a in "东西南北中浦江湖山河" for b in "城新华安宁兴昌平阳明"]
ROADS = [f"{a}{b}路" for a in BRAND[:40] for b in GIVEN[:20]]
INDUSTRIES = ["工程", "家装", "外贸", "内贸", "制造业", "服务业", "金融业", "零售", "餐饮", "教育"]
TAGS = [f"标签{n}" for n in range(50)]
GRADES = {"A": (0.01, 1), "B": (0.05, 7), "C": (0.14, 15), "D": (0.40, 30), "E": (0.40, 365)}
"""Share of the customers and days between contacts."""


def rep_id(number: int) -> UUID:
    """Return the id of one of the REPS representatives: random in its last bits, as real ones."""
    return UUID(int=number << 80 | Random(-number - 1).getrandbits(62) | 7 << 76 | 2 << 62)


def customer_id(number: int) -> UUID:
    """Return the id of a customer: time-ordered in its first bits, as the real ones are."""
    return UUID(int=number << 80 | Random(number).getrandbits(62) | 7 << 76 | 2 << 62)


def fill(
    database: Database,
    customers: int,
    kinds: Sequence[type[ReadModel]] = KINDS,
    processes: int = os.cpu_count() or 1,
) -> None:
    """Make the read models `kinds` with so many customers, indexed and analysed."""
    with database.transaction() as connection:
        for kind in kinds:
            schema = Identifier(kind.name)
            connection.execute(SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(schema))
            kind().create_tables(connection)
    bounds = [n * customers // processes for n in range(processes + 1)]
    shares = [range(*ends) for ends in pairwise(bounds)]
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        list(pool.map(partial(_copy_share, database.address, kinds), shares))
    with database.connection() as connection:
        connection.execute("SET statement_timeout = 0")
        connection.execute("SET maintenance_work_mem = '256MB'")
        for kind in kinds:
            kind().create_indexes(connection)
        connection.execute("VACUUM ANALYZE")
        connection.execute("SET statement_timeout = '15s'")


def _copy_share(address: str, kinds: Sequence[type[ReadModel]], numbers: range) -> None:
    random = Random(numbers.start)
    with psycopg.connect(address, autocommit=True) as connection:
        if WorkloadProjection in kinds and not numbers.start:
            _copy(connection, "workload", "day", ("rep_id", "day", *FIGURES), _workload())
        for start in range(numbers.start, numbers.stop, 20_000):
            rows = [_customer(random, n) for n in range(start, min(start + 20_000, numbers.stop))]
            if RosterProjection in kinds:
                _copy(connection, "roster", "customer", CUSTOMER, _values(rows, CUSTOMER))
            if DueListProjection in kinds:
                _copy(connection, "due_list", "item", ITEM, _values(rows, ITEM))
            if DuplicatesProjection in kinds:
                keyed = [row | indexed(row) for row in rows]
                _copy(connection, "duplicates", "identity", IDENTITY, _values(keyed, IDENTITY))
                seen = ("customer_id", "last_contact_on")
                _copy(connection, "duplicates", "contacted", seen, _values(rows, seen))
            if JournalProjection in kinds:
                _copy(connection, "journal", "entry", ENTRY, _entries(rows, start))


def _copy(
    connection: psycopg.Connection[Any],
    schema: str,
    table: str,
    columns: Sequence[str] | Mapping[str, str],
    rows: Iterator[Sequence[Any]],
) -> None:
    statement = SQL("COPY {} ({}) FROM STDIN").format(
        Identifier(schema, table), SQL(", ").join(map(Identifier, columns))
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def _values(
    rows: Sequence[Mapping[str, Any]], columns: Sequence[str] | Mapping[str, str]
) -> Iterator[list[Any]]:
    for row in rows:
        yield [row[column] for column in columns]


def _entries(rows: Sequence[Mapping[str, Any]], first: int) -> Iterator[list[Any]]:
    for number, row in enumerate(rows, first):
        about = row["customer_id"]
        for version in range(1, ENTRIES + 1):
            position = FIRST_POSITION + number * ENTRIES + version
            at = datetime.combine(row["registered_on"], time(1), UTC)
            yield [about, position, about, version, "customer.contacted", at, False]


def _customer(random: Random, number: int) -> dict[str, Any]:
    owner = rep_id(random.randrange(REPS))
    second = rep_id(random.randrange(REPS)) if random.random() < 0.15 else None
    is_person = random.random() < 0.3
    person, company = _person(random), _company(random)
    name = person if is_person else company[2:6]
    company = "" if is_person and random.random() < 0.5 else company
    city, district = random.choice(CITIES), random.choice(DISTRICTS)
    industry = INDUSTRIES[int(random.random() ** 2 * len(INDUSTRIES))]
    tags = random.sample(TAGS, random.choice((0, 0, 1, 2)))
    return {
        **_BLANK,
        **_grade_and_dates(random),
        "customer_id": customer_id(number),
        "version": random.randrange(1, 30),
        "name": name,
        "name_order": sorting_key(fold(name)),
        "company": company,
        "company_order": sorting_key(fold(company)),
        "contact": person,
        "phones": [f"+861{random.randrange(30, 100)}{random.randrange(10**8):08}"],
        "address": f"{city}市{district}{random.choice(ROADS)}{random.randrange(1, 999)}号",
        "owner_id": owner if random.random() < 0.98 else None,
        "second_owner_id": second if second != owner else None,
        "industry": industry,
        "industry_code": code(industry),
        "district": district,
        "district_code": code(district),
        "region": city,
        "region_code": code(city),
        "route": f"路线{random.randrange(40)}" if random.random() < 0.5 else "",
        "route_position": random.randrange(100) if random.random() < 0.5 else None,
        "tags": tags,
        "tag_codes": [code(tag) for tag in tags],
        "source": random.choice(("rep_visit", "rep_visit", "customer_form", "import", "other")),
        "verification": random.choice(("verified", "verified", "unverified")),
    }


_BLANK: dict[str, Any] = {
    **{name: "" for name, kind in {**CUSTOMER, **ITEM}.items() if kind == "text"},
    **{name: None for name, kind in {**CUSTOMER, **ITEM}.items() if kind == "date"},
    **dict.fromkeys(ladder.COLUMNS),
    "grade_basis": "judged",
    "needs_estimate": False,
    "last_method": "phone",
    "due_rule": "cadence",
    "cadence_version": 1,
    "calendar_version": 1,
}

_SHARES = list(accumulate(share for share, _ in GRADES.values()))


def _grade_and_dates(random: Random) -> dict[str, Any]:
    grade = random.choices("ABCDE", cum_weights=_SHARES)[0]
    interval = GRADES[grade][1]
    # Most are contacted in time; one in fifty is a few days late.
    late = random.randrange(10) if random.random() < 0.02 else 0
    counted_from = TODAY - timedelta(days=random.randrange(interval) + 1 + late)
    registered_on = counted_from - timedelta(days=random.randrange(1_000))
    is_promising = grade in "AB" and random.random() < 0.6
    return {
        "grade": grade,
        "deal_stage": "negotiating"
        if is_promising
        else random.choice(("closed", "prospect", "prospect", "prospect")),
        "importance": "key" if random.random() < 0.2 else "ordinary",
        "demand": {"D": "latent", "E": "none"}.get(grade, "present"),
        "counted_from": counted_from,
        "interval_days": interval,
        "due_on": counted_from + timedelta(days=interval),
        "registered_on": registered_on,
        "last_contact_on": counted_from if random.random() < 0.9 else None,
    }


def _person(random: Random) -> str:
    surname = SURNAMES[int(random.random() ** 2 * len(SURNAMES))]
    return surname + "".join(random.choices(GIVEN, k=random.choice((1, 2, 2))))


def _company(random: Random) -> str:
    brand = "".join(random.choices(BRAND, k=random.choice((2, 2, 2, 3))))
    city, trade, form = random.choice(CITIES), random.choice(TRADES), random.choice(FORMS)
    return f"{city[:2]}{brand}{trade}{form}"


def _workload() -> Iterator[list[Any]]:
    random = Random(1)
    for day in range(WORKLOAD_DAYS):
        for number in range(REPS):
            figures = [random.randrange(40) for _ in FIGURES]
            yield [rep_id(number), TODAY - timedelta(days=day), *figures]
