"""The bench: known truths are found, chance stays chance, and nothing of a test person reaches what is learned."""

import numpy as np
import polars as pl
import pytest

from sennight.errors import InputError
from sennight.evaluate.bench import evaluate
from sennight.heads import LinearConfig, PseudoLabels
from sennight.record import folds
from sennight.tasks import TaskKind

N = 300


def cohort(make, n: int = N, seed: int = 0):
    """People whose embedding knows of `ill` and `weight`; a weak reference; age that explains `old_ill`."""
    embed, known, ask = make
    rng = np.random.default_rng(seed)
    people = tuple(f"p{i}" for i in range(n))
    x = rng.normal(size=(n, 6))
    age, sex = rng.uniform(20, 85, n), (rng.random(n) < 0.5).astype(float)
    columns = {
        "ill": (x[:, 0] + rng.normal(size=n) > 0.8).astype(float),
        "old_ill": ((age - 50) / 10 + rng.normal(size=n) > 1).astype(float),
        "weight": x[:, 1] + rng.normal(size=n),
        "age_years": age,
        "sex_female": sex,
    }
    columns["ill"][: n // 10] = np.nan
    embeddings = {"model": embed(people, x, "m1"), "engineered": embed(people, x + 3 * rng.normal(size=x.shape), "e1")}
    tasks = (
        ask("ill"),
        ask("old_ill"),
        ask("weight", TaskKind.AMOUNT, thresholds=(0.0, 9.0)),
        ask(
            "age",
            TaskKind.AMOUNT,
            needs=("age_years",),
            label=lambda f, p: f.vector("age_years", p),
            own_demographic="age",
        ),
    )
    return embeddings, known(people, **columns), people, tasks


@pytest.fixture(scope="module")
def result(make):
    embeddings, facts, people, tasks = cohort(make)
    return evaluate(embeddings=embeddings, facts=facts, people=people, tasks=tasks, replicates=200, jobs=1)


def test_what_the_model_knows_is_found_and_held_against_the_reference(result):
    assert result.score("ill", "model").value > 0.7
    assert result.score("weight", "model").value > 0.6
    ahead = result.comparison("weight", "model", "engineered")
    assert ahead.low > 0
    assert ahead.p_holm < 0.05
    lead = next(
        row for row in result.leads if (row.features, row.baseline, row.metric) == ("model", "engineered", "all")
    )
    assert lead.n_tasks == 4
    assert lead.wins >= 2
    assert lead.clear_wins >= 1


def test_age_and_sex_stand_beside_and_the_gain_over_them_is_measured(result):
    assert result.score("old_ill", "age_sex").value > 0.8
    assert abs(result.comparison("old_ill", "age_sex+model", "age_sex").difference) < 0.03
    assert result.comparison("ill", "age_sex+model", "age_sex").low > 0.1
    assert ("age_sex+model", "age_sex+engineered") in result.plan.pairs


def test_age_is_not_used_to_tell_age(result):
    assert abs(result.score("age", "age_sex").value) < 0.25
    assert "sex alone" in next(t.note for t in result.plan.tasks if t.name == "age")


def test_shuffled_labels_are_at_chance(result):
    assert abs(result.score("ill", "shuffled:model").value - 0.5) < 0.1
    assert abs(result.score("weight", "shuffled:model").value) < 0.15


def test_every_person_with_a_label_is_predicted_once_by_a_fold_that_did_not_train_on_them(result):
    rows = result.predictions.filter((pl.col("task") == "ill") & (pl.col("features") == "model"))
    assert len(rows) == rows["person"].n_unique() == N - N // 10
    fold = dict(zip((f"p{i}" for i in range(N)), folds([f"p{i}" for i in range(N)]), strict=True))
    assert all(fold[person] == f for person, f in rows.select("person", "fold").iter_rows())


def test_an_amount_is_also_read_at_thresholds_with_enough_people(result):
    others = result.other_scores("weight", "model")
    assert 0.6 < others["auc_at_0"].value < 1
    assert others["auc_at_0"].n_events > 100
    assert "auc_at_9" not in others
    assert {"mae", "rmse", "r2"} <= set(others)
    assert {"average_precision", "brier", "calibration_slope", "ece"} <= set(result.other_scores("ill", "model"))


def test_a_person_of_the_test_fold_cannot_change_what_is_said_of_the_others(make):
    """N-03: mutate one fold's embeddings and labels; that fold's other people keep their predictions to the bit."""
    embeddings, facts, people, tasks = cohort(make)
    fold = folds(people)
    mutated = np.flatnonzero(fold == 2)[:15]
    values = embeddings["model"].values.copy()
    values[mutated] = 1e4
    embed, known, _ = make
    columns = {name: facts.vector(name, people) for name in facts.columns}
    columns["weight"][mutated] = -500.0
    columns["ill"][mutated] = 1 - columns["ill"][mutated]

    def said(x, f):
        got = evaluate(
            embeddings={"model": embed(people, x)}, facts=f, people=people, tasks=tasks[:3], replicates=2, jobs=1
        )
        rest = [people[i] for i in np.flatnonzero(fold == 2)[15:]]
        kept = pl.col("person").is_in(rest) & ~pl.col("features").cast(pl.String).str.starts_with("shuffled")
        return got.predictions.filter(kept).select("task", "features", "person", "p"), got

    before, first = said(embeddings["model"].values, facts)
    after, second = said(values, known(people, **columns))
    assert before.equals(after)
    assert len(before) > 100
    others = pl.col("fold") != 2
    assert not first.predictions.filter(others)["p"].equals(second.predictions.filter(others)["p"])


def test_a_label_that_only_a_person_id_reveals_stays_at_chance_unless_records_are_split(make):
    """N-02: with people split, AUC .5; with the same records split as if each were a person, the leak shows."""
    embed, known, ask = make
    rng = np.random.default_rng(1)
    n, records, width = 1_000, 3, 300
    identity = rng.normal(size=(n, width))
    label = (rng.random(n) < 0.5).astype(float)
    head = LinearConfig(components=None, l2=(1.0,))

    def auc(people, x, y):
        facts = known(people, secret=y, age_years=np.full(len(people), 40.0))
        got = evaluate(
            embeddings={"model": embed(people, x)}, facts=facts, people=people, tasks=[ask("secret")], head=head,
            replicates=10, jobs=1,
        )  # fmt: skip
        return got.score("secret", "model").value

    by_person = auc(tuple(f"p{i}" for i in range(n)), identity, label)
    noisy = np.repeat(identity, records, axis=0) + 0.3 * rng.normal(size=(n * records, width))
    by_record = auc(tuple(f"r{i}" for i in range(n * records)), noisy, np.repeat(label, records))
    assert by_person == pytest.approx(0.5, abs=0.04)
    assert by_record > 0.7


def test_labels_dealt_out_across_people_stay_at_chance(make):
    """N-05: an embedding that tells the label perfectly cannot tell it once labels are dealt out again."""
    embed, known, ask = make
    rng = np.random.default_rng(2)
    people = tuple(f"p{i}" for i in range(1_000))
    y = (rng.random(1_000) < 0.5).astype(float)
    x = np.stack([y, *rng.normal(size=(5, 1_000))], axis=1)
    facts = known(people, label=y, age_years=np.full(1_000, 40.0))
    got = evaluate(
        embeddings={"model": embed(people, x)}, facts=facts, people=people, tasks=[ask("label")], replicates=10
    )
    assert got.score("label", "model").value > 0.99
    assert got.score("label", "shuffled:model").value == pytest.approx(0.5, abs=0.05)


def test_one_embedding_a_fold_is_used_for_that_fold_alone(make):
    embeddings, facts, people, tasks = cohort(make)
    embed = make[0]
    rng = np.random.default_rng(5)
    noise = [embed(people, rng.normal(size=(N, 6)), f"noise{f}") for f in range(4)]
    one = evaluate(embeddings={"model": embeddings["model"]}, facts=facts, people=people, tasks=tasks[:1], replicates=2)
    each = {"model": [*noise[:3], embeddings["model"], noise[3]]}
    many = evaluate(embeddings=each, facts=facts, people=people, tasks=tasks[:1], replicates=2)
    for f in range(5):
        at = (pl.col("features") == "model") & (pl.col("fold") == f)
        assert one.predictions.filter(at)["p"].equals(many.predictions.filter(at)["p"]) == (f == 3)
    assert many.plan.backbones["model"] == "noise0, noise1, noise2, m1, noise3"
    with pytest.raises(InputError, match="3 embeddings for 5 folds"):
        evaluate(embeddings={"model": noise[:3]}, facts=facts, people=people, tasks=tasks[:1])


def test_the_order_of_people_and_the_number_of_jobs_change_nothing(make):
    embeddings, facts, people, tasks = cohort(make, n=120)
    settings = {"embeddings": embeddings, "facts": facts, "tasks": tasks[:2], "replicates": 50}
    one = evaluate(people=people, jobs=1, **settings)
    two = evaluate(people=people, jobs=2, **settings)
    turned = evaluate(people=people[::-1], jobs=1, **settings)
    assert one.to_json() == two.to_json()
    assert turned.score("ill", "model").value == pytest.approx(one.score("ill", "model").value, abs=0.01)
    assert turned.score("ill", "model").n_people == one.score("ill", "model").n_people


def test_too_few_people_and_lacking_facts_are_not_assessed_with_a_reason(make):
    embed, known, ask = make
    people = tuple(f"p{i}" for i in range(80))
    rng = np.random.default_rng(0)
    columns = {
        "rare": (np.arange(80) < 19).astype(float),
        "amount": np.where(np.arange(80) < 49, rng.normal(size=80), np.nan),
        "flat": np.full(80, 3.0),
        "age_years": np.full(80, 40.0),
    }
    tasks = [ask("rare"), ask("amount", TaskKind.AMOUNT), ask("flat", TaskKind.AMOUNT), ask("absent")]
    got = evaluate(
        embeddings={"model": embed(people, rng.normal(size=(80, 3)))}, facts=known(people, **columns), people=people,
        tasks=tasks,
    )  # fmt: skip
    why = {row.task: row.reason for row in got.plan.not_assessed}
    assert why["rare"] == "fewer than 20 people in the rarer class"
    assert why["amount"] == "fewer than 50 people with an amount"
    assert why["flat"] == "everybody has the same amount"
    assert "absent" in why["absent"]
    assert got.scores == got.comparisons == ()
    assert got.predictions.is_empty()


def test_without_age_and_sex_or_a_reference_it_says_so(make):
    embed, known, ask = make
    people = tuple(f"p{i}" for i in range(60))
    facts = known(people, ill=(np.arange(60) % 2).astype(float), age_years=np.full(60, 40.0))
    x = np.random.default_rng(0).normal(size=(60, 3))
    got = evaluate(embeddings={"model": embed(people, x)}, facts=facts, people=people, tasks=[ask("ill")], replicates=5)
    assert got.plan.features == ("model", "shuffled:model")
    assert any("sex_female" in note for note in got.plan.notes)
    assert any("reference" in note for note in got.plan.notes)


def test_progress_is_told_and_nothing_is_printed(make, capsys):
    embeddings, facts, people, tasks = cohort(make, n=100)
    heard = []
    evaluate(
        embeddings=embeddings, facts=facts, people=people, tasks=tasks[1:2], replicates=5, jobs=1,
        progress=lambda done, total: heard.append((done, total)),
    )  # fmt: skip
    n_sets = 6  # model, engineered, age_sex, age_sex+model, age_sex+engineered, shuffled:model
    assert heard == [(i, n_sets) for i in range(1, n_sets + 1)]
    assert capsys.readouterr() == ("", "")


def test_what_cannot_be_evaluated_is_refused(make):
    embeddings, facts, people, tasks = cohort(make, n=60)
    with pytest.raises(InputError, match="no embedding"):
        evaluate(embeddings={}, facts=facts, people=people, tasks=tasks)
    with pytest.raises(InputError, match="1 people have no embedding"):
        evaluate(embeddings=embeddings, facts=facts, people=(*people, "stranger"), tasks=tasks)
    with pytest.raises(InputError, match="listed twice"):
        evaluate(embeddings=embeddings, facts=facts, people=(*people, "p0"), tasks=tasks)
    with pytest.raises(InputError, match="age_sex"):
        evaluate(embeddings={"age_sex": embeddings["model"]}, facts=facts, people=people, tasks=tasks)


def test_pseudo_labels_never_touch_the_people_judged(make) -> None:
    """Whatever is done to people of a fold, with an answer or without, nobody else of that fold is told otherwise."""
    embed, known, ask = make
    rng = np.random.default_rng(0)
    people = tuple(f"p{i}" for i in range(400))
    amount = rng.normal(size=400)
    x = amount[:, None] + rng.normal(size=(400, 6))
    told = np.where(np.arange(400) % 2 == 0, amount, np.nan)  # half have no answer
    facts = known(people, age_years=np.full(400, 50.0), amount=told, yes=np.where(np.isnan(told), np.nan, told > 0))
    tasks = (ask("yes"), ask("amount", TaskKind.AMOUNT))
    fold = folds(people, k=2, seed=0)
    options = {"facts": facts, "people": people, "tasks": tasks, "k": 2, "replicates": 20, "jobs": 1}

    def predictions(rows: np.ndarray, pseudo: PseudoLabels | None = PseudoLabels()) -> pl.DataFrame:  # noqa: B008
        result = evaluate(embeddings={"engineered": embed(people, rows)}, pseudo=pseudo, **options)
        return result.predictions.filter((pl.col("features") == "engineered") & (pl.col("fold") == 0))

    def moved(at: np.ndarray) -> np.ndarray:
        out = x.copy()
        out[at] = out[at][:, ::-1] * -5
        return out

    before = predictions(x)
    judged, free = (fold == 0) & np.isfinite(told), (fold == 0) & np.isnan(told)
    some = np.flatnonzero(judged)[:10]
    others = ~pl.col("person").is_in([people[i] for i in some])
    assert predictions(moved(some)).filter(others)["p"].equals(before.filter(others)["p"])
    assert predictions(moved(np.flatnonzero(free)))["p"].equals(before["p"])
    # That the test can see: people of the other fold without an answer do teach, and without rounds they do not.
    teachers = np.flatnonzero((fold == 1) & np.isnan(told))
    assert not predictions(moved(teachers))["p"].equals(before["p"])
    assert not predictions(x, None)["p"].equals(before["p"])
