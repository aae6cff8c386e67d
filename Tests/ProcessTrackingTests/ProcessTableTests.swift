import Netlink
import ProcessTracking
import TaskstatsModel
import Testing

@Suite struct ProcessTableTests {
}
