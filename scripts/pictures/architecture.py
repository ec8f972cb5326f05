"""The architecture: accounts, stacks and a model's way through them."""

from __future__ import annotations

from collections.abc import Sequence

from scripts.pictures.built import BuiltStack, of_kind
from scripts.pictures.drawing import INK, LINE, MUTED, PAPER, Box, Drawing

# Colours by kind of service, close to those of AWS's architecture icons.
STORAGE, COMPUTE, LEARNING, DELIVERY, EVENTS = "#3f8624", "#d86613", "#01a88d", "#3b48cc", "#b0084d"
NETWORK_FILL, ACCOUNT_FILL, PROJECT_FILL = "#eef6f4", "#f9fafb", "#eef0fb"

WIDTH = 1200
ACCOUNT = Box(20, 20, 740, 564)
COLUMNS, COLUMN_WIDTH = (52, 228, 404, 580), 148
WORKLOAD_X, WORKLOAD_WIDTH, WORKLOAD_HEIGHT, GAP = 850, 330, 270, 24

STEPS = (
    "A scientist publishes data and code under their own name.",
    "The push starts the project's build pipeline: tests, image, pipeline definition.",
    "SageMaker runs prepare, train, evaluate and the quality gate inside the VPC.",
    "A model that passes the gate is kept in the models bucket.",
    "It is registered as pending in the project's model package group.",
    "An approver approves it: only that starts the deploy pipeline.",
    "StackSets deliver it to staging, tests call it, and after a second approval to production.",
    "Each account reads its own models, through its VPC endpoint, and nothing else.",
)


def draw(stacks: Sequence[BuiltStack]) -> Drawing:
    """The picture of `stacks`; NotBuilt if it would show something that they do not have."""
    workloads = list(of_kind(stacks, "workload"))
    account_height = max(ACCOUNT.height, len(workloads) * (WORKLOAD_HEIGHT + GAP) - GAP)
    legend_y = ACCOUNT.y + account_height + 34
    drawing = Drawing(WIDTH, legend_y + 24 * len(STEPS) / 2 + 6, "Architecture of the MLOps platform")
    account = Box(ACCOUNT.x, ACCOUNT.y, ACCOUNT.width, account_height)
    models, deploy = _data_science(drawing, account, stacks)
    for index, stack in enumerate(workloads):
        box = Box(WORKLOAD_X, ACCOUNT.y + index * (WORKLOAD_HEIGHT + GAP), WORKLOAD_WIDTH, WORKLOAD_HEIGHT)
        endpoint = _workload(drawing, box, stack, stacks)
        _deliver(drawing, models, deploy, endpoint)
    drawing.badge(782, deploy.middle, 7, DELIVERY)
    drawing.badge(782, models.middle, 8, STORAGE)
    _legend(drawing, legend_y)
    return drawing


def _data_science(drawing: Drawing, account: Box, stacks: Sequence[BuiltStack]) -> tuple[Box, Box]:
    """The data science account. Gives the boxes of the models bucket and of the deploy pipeline."""
    stack = next(of_kind(stacks, "data-science"))
    _account(drawing, account, "Data science account", stack, stacks)
    network = Box(account.x + 16, account.y + 52, account.width - 32, 112)
    _network(drawing, network, stack)
    studio = Box(COLUMNS[0], network.y + 40, COLUMN_WIDTH, 56)
    profiles = len(stack.of_type(":UserProfile"))
    drawing.node(studio, "Studio", f"{profiles} scientists", LEARNING)
    jobs = Box(COLUMNS[1], studio.y, COLUMNS[3] + COLUMN_WIDTH - COLUMNS[1], 56)
    drawing.node(jobs, "SageMaker pipeline", "prepare, train, evaluate, gate, register", LEARNING)

    row = network.bottom + 44
    data = _bucket(drawing, Box(COLUMNS[0], row, COLUMN_WIDTH, 56), stack, "data", "prefixes by project")
    stack.named(":Bucket", "artifacts")
    stack.of_type(":Repository")
    drawing.node(Box(COLUMNS[2], row - 12, COLUMN_WIDTH, 36), "artifacts bucket", "", STORAGE)
    drawing.node(Box(COLUMNS[2], row + 32, COLUMN_WIDTH, 36), "model images", "", COMPUTE)
    models = _bucket(drawing, Box(COLUMNS[3], row, COLUMN_WIDTH, 56), stack, "models", "read across accounts")
    build, registry, deploy = _project(drawing, Box(account.x + 16, row + 88, account.width - 32, 216), stacks)

    drawing.arrow([(studio.center, studio.bottom), (studio.center, data.y)], LEARNING)
    drawing.arrow([(data.center, data.bottom), (data.center, build.y)], DELIVERY)
    way_up = COLUMNS[1] + COLUMN_WIDTH / 2
    drawing.arrow([(way_up, build.y), (way_up, jobs.bottom)], DELIVERY)
    drawing.arrow([(models.center, jobs.bottom), (models.center, models.y)], LEARNING)
    drawing.arrow([(models.center, models.bottom), (models.center, registry.y)], LEARNING)
    drawing.arrow([(registry.center, registry.bottom), (registry.center, deploy.y)], DELIVERY)
    drawing.badge(studio.center, network.bottom + 14, 1, LEARNING)
    drawing.badge(data.center, data.bottom + 16, 2, DELIVERY)
    drawing.badge(way_up, data.middle, 3, DELIVERY)
    drawing.badge(models.center, network.bottom + 14, 4, LEARNING)
    drawing.badge(models.center, models.bottom + 16, 5, LEARNING)
    drawing.badge(registry.center, registry.bottom + 15, 6, DELIVERY)
    return models, deploy


def _project(drawing: Drawing, box: Box, stacks: Sequence[BuiltStack]) -> tuple[Box, Box, Box]:
    """A project's stack. Gives the boxes of the build pipeline, the registry and the deploy pipeline."""
    projects = list(of_kind(stacks, "project"))
    stack = projects[0]
    drawing.rectangle(box, fill=PROJECT_FILL, stroke=DELIVERY, dashed=True)
    drawing.text(box.x + 16, box.bottom - 14, "project-<id>", weight=600)
    names = ", ".join(project.name for project in projects[:3]) + (", …" if len(projects) > 3 else "")
    drawing.text(box.right - 16, box.bottom - 14, f"one stack a project: {names}", size=11, color=MUTED, anchor="end")
    build = Box(COLUMNS[0], box.y + 20, COLUMNS[1] + COLUMN_WIDTH - COLUMNS[0], 56)
    _pipeline(drawing, build, "Build pipeline", stack.stages("build"))
    registry = Box(COLUMNS[3], box.y + 20, COLUMN_WIDTH, 56)
    stack.of_type(":ModelPackageGroup")
    drawing.node(registry, "Model registry", "package group", LEARNING)
    deploy = Box(COLUMNS[0], box.y + 118, COLUMNS[3] + COLUMN_WIDTH - COLUMNS[0], 56)
    _pipeline(drawing, deploy, "Deploy pipeline", stack.stages("deploy"))
    return build, registry, deploy


def _workload(drawing: Drawing, box: Box, stack: BuiltStack, stacks: Sequence[BuiltStack]) -> Box:
    """A workload account. Gives the box of its endpoint."""
    _account(drawing, box, f"Workload account: {stack.name}", stack, stacks)
    network = Box(box.x + 14, box.y + 52, box.width - 28, 104)
    _network(drawing, network, stack)
    endpoint = Box(network.x + 14, network.y + 36, network.width - 28, 54)
    drawing.node(endpoint, "SageMaker endpoint", "one a project, delivered by its StackSet", LEARNING)
    stack.named(":Bucket", "capture")
    stack.of_type(":EventBus")
    stack.named(":Topic", "alarms")
    width = (network.width - 16) / 3
    for index, (title, color) in enumerate((("captures", STORAGE), ("alarms", EVENTS), ("event bus", EVENTS))):
        drawing.node(Box(network.x + index * (width + 8), network.bottom + 12, width, 36), title, "", color)
    return endpoint


def _account(drawing: Drawing, box: Box, title: str, stack: BuiltStack, stacks: Sequence[BuiltStack]) -> None:
    """An account's frame, with its title and what its foundation stack keeps in it."""
    drawing.rectangle(box, fill=ACCOUNT_FILL, stroke="#9ca3af", radius=10, thickness=1.4)
    drawing.text(box.x + 16, box.y + 24, title, size=15, weight=700)
    drawing.text(box.x + 16, box.y + 41, f"{stack.account} · {stack.region} · stack {stack.name}", size=11, color=MUTED)
    foundation = next(found for found in of_kind(stacks, "foundation") if found.account == stack.account)
    for suffix in (":Role", ":Policy", ":Function"):
        foundation.of_type(suffix)
    text = f"{foundation.name}: deployer, boundary, controls"
    drawing.text(box.x + 16, box.bottom - 14, text, size=11, color=MUTED)


def _network(drawing: Drawing, box: Box, stack: BuiltStack) -> None:
    drawing.rectangle(box, fill=NETWORK_FILL, stroke=LEARNING, dashed=True)
    endpoints = len(stack.of_type(":VpcEndpoint"))
    drawing.text(box.x + 14, box.y + 22, f"VPC {stack.cidr}", size=12, weight=600)
    facts = f"{endpoints} endpoints, no internet"
    drawing.text(box.right - 14, box.y + 22, facts, size=11, color=MUTED, anchor="end")


def _bucket(drawing: Drawing, box: Box, stack: BuiltStack, name: str, detail: str) -> Box:
    stack.named(":Bucket", name)
    drawing.node(box, f"{name} bucket", detail, STORAGE)
    return box


def _pipeline(drawing: Drawing, box: Box, title: str, stages: Sequence[str]) -> None:
    """A CodePipeline with its stages."""
    drawing.node(box, "", "", DELIVERY)
    drawing.text(box.x + 15, box.y + 19, title, weight=600)
    step = (box.width - 22) / max(len(stages), 3)
    for index, stage in enumerate(stages):
        chip = Box(box.x + 15 + index * step, box.y + 28, step - 6, 20)
        drawing.rectangle(chip, fill=PAPER, stroke=DELIVERY, radius=10)
        drawing.text(chip.center, chip.y + 14, stage, size=10, color=INK, anchor="middle")


def _deliver(drawing: Drawing, models: Box, deploy: Box, endpoint: Box) -> None:
    """From the deploy pipeline and the models bucket to an endpoint."""
    lane, other_lane = 805, 825
    upper, lower = endpoint.middle - 10, endpoint.middle + 10
    drawing.arrow([(deploy.right, deploy.middle), (lane, deploy.middle), (lane, lower), (endpoint.x, lower)], DELIVERY)
    points = [(models.right, models.middle), (other_lane, models.middle), (other_lane, upper), (endpoint.x, upper)]
    drawing.arrow(points, STORAGE, dashed=True)


def _legend(drawing: Drawing, y: float) -> None:
    colors = (LEARNING, DELIVERY, DELIVERY, LEARNING, LEARNING, DELIVERY, DELIVERY, STORAGE)
    rows = len(STEPS) // 2
    drawing.rectangle(Box(20, y - 20, WIDTH - 40, 1), fill=LINE, stroke=LINE, radius=0)
    for index, (step, color) in enumerate(zip(STEPS, colors, strict=True)):
        x, row = (34, index) if index < rows else (WIDTH / 2 + 10, index - rows)
        drawing.badge(x, y + row * 24, index + 1, color)
        drawing.text(x + 18, y + row * 24 + 4, step, size=12)
