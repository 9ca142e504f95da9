import Resilience

enum RequestCacheExample: Example {
    static let name = "request-cache"
    static let shows = "one call for all who ask the same within one request"

    static func run() -> Table {
        var cache = RequestCache<String, String, Int>()
        var table = Table("call", "asks for", "answer")
        func ask(_ call: Int, _ key: String) {
            let answer =
                switch cache.ask(key, call) {
                case .hit(let answer): "hit: \(answer)"
                case .joined: "joins the call under way"
                case .make: "makes the call"
                case .makeAlone: "makes the call, and nothing is kept"
                }
            table.row("\(call)", key, answer)
        }
        ask(1, "profile/ann")
        ask(2, "profile/ann")
        ask(3, "profile/bob")
        let told = cache.ended("profile/ann", 1, keep: "Ann")
        table.row("1", "", "is done, and so are \(told)")
        ask(4, "profile/ann")
        // A failure is not kept.
        _ = cache.ended("profile/bob", 3, keep: nil)
        ask(5, "profile/bob")
        return table
    }
}
