/// Who a process is on mesh links, and what it proves.
package struct LinkIdentity: Sendable {
    /// The mesh's secret.
    package var secret: [UInt8]
    /// The mesh's label.
    package var mesh: String
    /// The process's own name.
    package var name: String

    package init(secret: [UInt8], mesh: String, name: String) {
        self.secret = secret
        self.mesh = mesh
        self.name = name
    }
}
