//! What the encoder must do: the reference's numbers, right gradients, the same bits always.
