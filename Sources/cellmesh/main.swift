import Blueprints
import MeshBase
import Sharding
import Topology
import UVDriver

let a = CommandLine.arguments
let result = MeshFiles.load(topology: a[3])
guard let topology = result.topology else { fatalError("\(result.problems)") }
var s = HostSettings(
    name: a[2], topology: topology, placement: PlacementTable(), dataDirectory: a[4],
    secret: Array(repeating: 7, count: 32), boot: UInt32.random(in: 0...UInt32.max), storeID: UInt64.random(in: 0...UInt64.max))
s.gossip = Endpoint(a[5])!
s.listen = Endpoint(a[6])!
s.join = Array(a.dropFirst(7))
print(a[1] == "cell" ? CellHost.run(s) : RouterHost.run(s))
