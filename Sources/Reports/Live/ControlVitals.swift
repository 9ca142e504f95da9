/// What a control plane answers to `GET /v1/vitals`.
package struct ControlVitals: Codable, Sendable, Equatable {
    /// `cellmesh/1`.
    package var schema = ReportJSON.schema
    /// The mesh's name.
    package var mesh: String
    /// Different for each life of the process.
    package var boot: String
    /// The highest epoch of its placement.
    package var epoch: UInt32
    /// Since it started, in milliseconds (`cellmesh_uptime_seconds`).
    package var uptimeMilliseconds: Int64
    /// Streams of the feed that are open (`cellmesh_live_streams`).
    package var streams: Int
    /// Cells and routers whose vitals it has, of all that run.
    package var told: Int
    /// See `told`.
    package var of: Int
    /// What it believes of the mesh.
    package var view: Vitals.View?
    /// The host it runs on.
    package var host: Vitals.Host?

    private enum CodingKeys: String, CodingKey {
        case schema, mesh, boot, epoch, streams, told, of, view, host
        case uptimeMilliseconds = "uptime_ms"
    }

    /// What it knows of itself.
    package init(
        mesh: String, boot: String, epoch: UInt32, uptimeMilliseconds: Int64, streams: Int = 0, told: Int = 0,
        of: Int = 0, view: Vitals.View? = nil, host: Vitals.Host? = nil
    ) {
        self.mesh = mesh
        self.boot = boot
        self.epoch = epoch
        self.uptimeMilliseconds = uptimeMilliseconds
        self.streams = streams
        self.told = told
        self.of = of
        self.view = view
        self.host = host
    }
}
