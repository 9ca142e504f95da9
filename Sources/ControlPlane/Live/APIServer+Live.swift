import MeshBase
import Reports
import UVDriver
import Wire

extension APIServer {
    /// What is about the feed.
    static func addLive(_ table: inout HTTPRouteTable, _ server: @escaping () -> APIServer) {
        table.read("/v1/live", keys: ["period", "detail", "since"], "The mesh's state, and each tick what has changed")
        { call in
            server().followLive(call)
        }
        table.read("/v1/vitals", "How the control plane itself is") { _ in
            server().tell { (backend) throws(APIFailure) in
                guard let live = backend.live else { throw noFeed }
                return live.vitals
            }
        }
    }

    private static let noFeed = APIFailure(503, "The control plane has not started yet.")

    private func followLive(_ call: HTTPCall) -> HTTPPage {
        if let replay {
            if let id = http.streams.begin(call.stream) { replay.follow(id) }
            return .later
        }
        guard let live = backend?.live else { return .problem(Self.noFeed.problem) }
        let wish: LiveDesk.Wish
        do throws(APIFailure) { wish = try LiveDesk.Wish(call) } catch { return .problem(error.problem) }
        guard let id = http.streams.begin(call.stream) else { return .later }
        live.follow(id, wish)
        return .later
    }
}

extension LiveDesk.Wish {
    /// - Throws: 400, with what there may be.
    init(_ call: HTTPCall) throws(APIFailure) {
        self.init()
        if let text = call.query["period"] {
            guard let seconds = Double(text), seconds.isFinite, seconds > 0, seconds < 1_000,
                LiveDesk.periods.contains(.milliseconds(Int64((seconds * 1_000).rounded())))
            else { throw APIFailure(400, "period is 0.2 to 10 seconds.") }
            period = .milliseconds(Int64((seconds * 1_000).rounded()))
        }
        if let text = call.query["detail"] {
            details = text.split(separator: ",").map(String.init)
            guard details.count <= FeedDetail.most, !details.isEmpty else {
                throw APIFailure(400, "detail names 1 to \(FeedDetail.most) cells, with commas between them.")
            }
        }
        if let text = call.query["since"] {
            guard let time = Int64(text), time >= 0 else {
                throw APIFailure(400, "since is a number of milliseconds since 1970.")
            }
            since = time
        }
        let bytes = call.stream.pointee.input.bytes
        let field = call.stream.pointee.request.header("last-event-id", in: bytes)
        // A number of somebody else's is none: the reader is told all.
        if field.isPresent { last = UInt64(field.text(in: bytes)) }
    }
}
