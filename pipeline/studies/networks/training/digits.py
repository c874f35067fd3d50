"""Handwritten digits that ship with scikit-learn, and their division into training and test images.

Source: Alpaydin and Kaynak (1998), Optical Recognition of Handwritten Digits, UCI Machine Learning Repository,
https://doi.org/10.24432/C50P49, licence CC BY 4.0; scikit-learn holds its 1,797 test images.
"""

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

SIDE = 8
LARGEST_PIXEL = 16.0


def split(sequence: np.random.SeedSequence, n_test: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Training images, test images, training labels, test labels: every digit with its share in both.

    Args:
        sequence: the stream that draws the split.
        n_test: number of test images.

    Returns:
        Images of shape (n, 8, 8) with pixels from 0 to 1, as 32-bit floats, and labels of shape (n,).
    """
    images, labels = load_digits(return_X_y=True)
    scaled = (images / LARGEST_PIXEL).astype(np.float32).reshape(-1, SIDE, SIDE)
    state = int(sequence.generate_state(1)[0])
    parts = train_test_split(scaled, labels, test_size=n_test, stratify=labels, random_state=state)
    train_images, test_images, train_labels, test_labels = parts
    return train_images, test_images, train_labels, test_labels
