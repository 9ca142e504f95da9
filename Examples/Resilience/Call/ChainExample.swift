import Resilience

enum ChainExample: Example {
    static let name = "chain"
    static let shows = "the order of the policies around a call, and why"

    static func run() -> Table {
        var table = Table("edge", "policies", "why it stands here")
        for layer in Chain(.edge).layers {
            table.row("\(layer.name)", "\(layer.ids)", "\(layer.why)")
        }
        return table
    }
}
