import TaskstatsBroker

/// The answer to a query during which another thread took over the loop, on its way to that thread.
struct LateAnswer: Sendable {
    let query: Broker.Query
    let answer: Broker.QueryAnswer
    /// What queried the kernel, and can do so again.
    let queries: KernelQueries
    let principal: Principal
    /// The CPU time that the query took.
    let nanoseconds: UInt64
}
