"""How `pat_s_weights.h5` and `pat_s_answers.npz` were made: once, in an environment of its own, with Keras.

    pip install "tensorflow-cpu==2.15.1" h5py     (in an environment that is thrown away)
    python keras_pat.py

The graph is written from the paper's description, with the layer names of the published weights; the weights are
random. Every weight has a value of its own, so that none can be left out, swapped or turned unnoticed.
"""

import numpy as np
import tensorflow as tf
from tensorflow.keras import layers, models

WIDTH, MINUTES = 96, 10_080
PATCH, HEADS, LAYERS = 18, 6, 1  # PAT-S


def block(name: str) -> models.Model:
    x = layers.Input((None, WIDTH), name=f"{name}_input")
    mixed, scores = layers.MultiHeadAttention(num_heads=HEADS, key_dim=WIDTH, name=f"{name}_attention")(
        x, x, return_attention_scores=True
    )
    mixed = layers.Dropout(0.1, name=f"{name}_dropout")(mixed)
    first = layers.LayerNormalization(epsilon=1e-6, name=f"{name}_norm1")(x + mixed)
    hidden = layers.Dense(256, activation="relu", name=f"{name}_ff1")(first)
    hidden = layers.Dropout(0.1, name=f"{name}_dropout2")(layers.Dense(WIDTH, name=f"{name}_ff2")(hidden))
    out = layers.LayerNormalization(epsilon=1e-6, name=f"{name}_norm2")(first + hidden)
    return models.Model(x, [out, scores], name=f"{name}_transformer")


def positions(n: int) -> np.ndarray:
    frequency = np.exp(np.arange(0, WIDTH, 2, dtype=np.float32) * (-np.log(10_000.0) / WIDTH))
    angle = np.arange(n, dtype=np.float32)[:, None] * frequency
    return np.concatenate([np.sin(angle), np.cos(angle)], -1)


def encoder() -> models.Model:
    week = layers.Input((MINUTES,), name="inputs")
    x = layers.Reshape((MINUTES // PATCH, PATCH), name="reshape")(week)
    x = layers.Dense(WIDTH, name="dense")(x) + tf.constant(positions(MINUTES // PATCH))
    for layer in range(LAYERS):
        x, scores = block(f"encoder_layer_{layer + 1}")(x)
    return models.Model(week, [x, scores], name="encoder_model")


if __name__ == "__main__":
    tf.keras.utils.set_random_seed(7)
    rng = np.random.default_rng(3)
    model = encoder()
    model.set_weights([w + rng.normal(0, 0.05, w.shape).astype(np.float32) for w in model.get_weights()])
    model.save_weights("pat_s_weights.h5")
    week = rng.normal(size=(1, MINUTES)).astype(np.float32)
    tokens, scores = model(week, training=False)
    looked_at = scores.numpy().mean(axis=2)  # how much each patch is looked at, a head at a time
    np.savez_compressed("pat_s_answers.npz", week=week, tokens=tokens.numpy(), looked_at=looked_at)
