"""The hostile cases kept beside the project, each played where its payload really arrives."""
