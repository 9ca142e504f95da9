import Wire

/// Probes, metrics and the node's own view, on an address that customers do not reach.
package final class AdminServer: HTTPServer {
    /// What it answers.
    package var routes = HTTPRouteTable()

    package static var limits: Limits {
        var limits = Limits()
        limits.connections = 1024
        limits.reserve = 128
        limits.buffered = 8 << 20
        limits.unsent = 64 << 20
        limits.message = HTTPLimits(body: SettingsText.largest)
        return limits
    }

    package override func handle(_ stream: StreamPointer) { answer(stream, from: routes) }
}
