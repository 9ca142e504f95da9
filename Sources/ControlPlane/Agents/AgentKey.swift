import Ciphers

/// What a control plane shows to an agent: a key that follows from the mesh's secret, so that whoever may order is whoever could run
/// the processes. From another host it travels within TLS alone.
package enum AgentKey {
    /// The value of the field `Authorization`.
    package static func authorization(secret: [UInt8], mesh: String) -> String {
        let key = HKDF.key(from: secret, salt: Array(mesh.utf8), purpose: Array("cellmesh agent".utf8))
        return "Bearer " + SecretText.hex(key)
    }
}
