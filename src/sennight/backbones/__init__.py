"""The backbones shelf: encoders of person-days behind one contract."""
