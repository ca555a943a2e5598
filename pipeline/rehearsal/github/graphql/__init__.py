"""The part of GitHub's GraphQL API that releases use."""
