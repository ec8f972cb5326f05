"""`python -m delivery`: writes the templates beside the model-deploy repository's code, which carries them."""

from delivery.template import REPOSITORY, carried

if __name__ == "__main__":
    for path, text in carried().items():
        target = REPOSITORY / path
        target.parent.mkdir(exist_ok=True)
        target.write_text(text, encoding="utf-8")
        print(target)
