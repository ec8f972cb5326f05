"""`python -m delivery`: writes the template beside the model-deploy repository's code, which carries it."""

from delivery.template import CARRIED, render

if __name__ == "__main__":
    CARRIED.write_text(render(), encoding="utf-8")
    print(CARRIED)
