import Reports
import UVDriver

extension APIServer {
    /// What is about traces that are kept here.
    static func addTraces(_ table: inout HTTPRouteTable, _ server: @escaping () -> APIServer) {
        table.read(
            "/v1/traces", keys: ["since"],
            "What it keeps of the traces of all processes, of those that began at `since` (ms since 1970) or later"
        ) { call in
            guard let since = call.query.integer("since", default: 0) else {
                return .problem(APIFailure(400, "since is a number of milliseconds since 1970.").problem)
            }
            return server().backend?.traces.map { .document($0.keeper.listDocument(since: Double(since))) }
        }
        table.read("/v1/traces/{trace}", "All parts of one of them, with their decisions") { call in
            server().backend?.traces?.keeper.document(of: call.parts[0]).map { .document($0) }
        }
    }
}
