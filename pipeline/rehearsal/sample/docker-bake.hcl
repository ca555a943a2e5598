group "default" {
  targets = ["kms-server", "kms-client", "kms-keygen"]
}

target "_common" {
  context    = "."
  dockerfile = "docker/kms.Dockerfile"
}

target "kms-server" {
  inherits = ["_common"]
  target   = "server"
}

target "kms-client" {
  inherits = ["_common"]
  target   = "client"
}

target "kms-keygen" {
  inherits = ["_common"]
  target   = "keygen"
}
