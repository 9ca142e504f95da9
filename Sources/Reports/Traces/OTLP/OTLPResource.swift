import MeshBase

/// The process that spans are of.
package struct OTLPResource: Sendable, Equatable {
    package var attributes = OTLPAttributes()

    /// - Parameter mesh: its name.
    package init(_ part: GatheredTrace.Part, mesh: String) {
        attributes.set("service.name", "cellmesh-\(part.page.role)")
        attributes.set("service.namespace", mesh)
        attributes.set("service.instance.id", part.node)
        attributes.set("cloud.region", part.page.region)
        attributes.set("cloud.availability_zone", part.page.zone)
    }

    /// What stands before and behind the spans of one process.
    func frame(version: String) -> (begin: [UInt8], end: [UInt8]) {
        var bytes = Array("{\"resource\":{".utf8)
        attributes.append(to: &bytes)
        bytes += "},\"scopeSpans\":[{\"scope\":{\"name\":\"cellmesh\",\"version\":".utf8
        JSONScalar.append(version, to: &bytes)
        bytes += "},\"spans\":[".utf8
        return (bytes, Array("]}]}".utf8))
    }
}
