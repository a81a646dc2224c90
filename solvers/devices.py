"""Where tensors live while networks are trained."""

from __future__ import annotations


def check_device(device: str) -> None:
    """Refuse a device that is not there.

    Raises
    ------
    ValueError
        With one sentence that names it.
    """
    import torch

    try:
        torch.empty(0, device=device)
    except (AssertionError, RuntimeError):  # whichever PyTorch was built without it raises
        raise ValueError(
            f"device: is {device}, but PyTorch finds none on this machine; choose cpu."
        ) from None
