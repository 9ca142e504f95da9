import MeshBase
import Testing
import Topology
import Wire

@testable import Nodes

@Suite struct ClaimVerdictTests {
    struct Row: Sendable {
        var mode: Idempotency.Mode
        /// None, the id of a request, or a key.
        var given: String
        /// Of a POST where claims are kept, where they are not, and of a GET.
        var kept: String
        var unkept: String
        var safe: String
    }

    static let table = [
        Row(mode: .key, given: "none", kept: "plain", unkept: "plain", safe: "plain"),
        Row(mode: .key, given: "id", kept: "key", unkept: "plain", safe: "key"),
        Row(mode: .key, given: "key", kept: "key", unkept: "501", safe: "key"),
        Row(mode: .body, given: "none", kept: "hash", unkept: "501", safe: "plain"),
        Row(mode: .body, given: "id", kept: "key", unkept: "501", safe: "key"),
        Row(mode: .body, given: "key", kept: "key", unkept: "501", safe: "key"),
        Row(mode: .required, given: "none", kept: "400", unkept: "400", safe: "plain"),
        Row(mode: .required, given: "id", kept: "key", unkept: "501", safe: "key"),
        Row(mode: .required, given: "key", kept: "key", unkept: "501", safe: "key"),
        Row(mode: .off, given: "none", kept: "plain", unkept: "plain", safe: "plain"),
        Row(mode: .off, given: "id", kept: "plain", unkept: "plain", safe: "plain"),
        Row(mode: .off, given: "key", kept: "501", unkept: "501", safe: "501"),
    ]

    @Test(arguments: table) func eachModeTakesWhatItSays(_ row: Row) {
        func verdict(isSafe: Bool, isKept: Bool) -> String {
            let key = row.given == "none" ? [] : [UInt8(1)]
            switch ClaimVerdict(
                Idempotency(mode: row.mode), key: key, isExplicit: row.given == "key", isSafe: isSafe, isKept: isKept,
                print: 10)
            {
            case .plain: return "plain"
            case .key(key): return "key"
            case .key(let made): return made == Array("body-a".utf8) ? "hash" : "\(made)"
            case .refused(let why): return "\(why.status)"
            }
        }
        #expect(verdict(isSafe: false, isKept: true) == row.kept)
        #expect(verdict(isSafe: false, isKept: false) == row.unkept)
        #expect(verdict(isSafe: true, isKept: true) == row.safe)
    }

    /// A router repeats what every cell would claim, and nothing else.
    @Test func aRouterRepeatsWhatEveryCellClaims() {
        func kept(_ modes: [Idempotency.Mode?], _ store: StoreSettings?) -> KeyedService? {
            var mesh = topology()
            mesh.blueprints = modes.map {
                Blueprint(
                    name: "b", services: [Service(name: "pay", idempotency: $0.map { Idempotency(mode: $0) })],
                    store: store)
            }
            return KeyedService.all(mesh)[StableHash.hash("pay")]
        }
        #expect(kept([nil], StoreSettings()) == KeyedService(takesRequestIDs: true, isByBody: false))
        #expect(kept([.body], StoreSettings()) == KeyedService(takesRequestIDs: true, isByBody: true))
        #expect(kept([.required], StoreSettings()) == KeyedService(takesRequestIDs: true, isByBody: false))
        #expect(kept([.body, .key], StoreSettings()) == KeyedService(takesRequestIDs: true, isByBody: false))
        #expect(kept([.off], StoreSettings()) == nil && kept([.body, .off], StoreSettings()) == nil)
        #expect(kept([.body], nil) == nil && kept([.body], StoreSettings(tier: .cache)) == nil)
    }
}
