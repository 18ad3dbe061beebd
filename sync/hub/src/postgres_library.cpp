#include "postgres_library.hpp"

#include "edge/transport/dynamic_library.hpp"

namespace edge::hub {
namespace {

PostgresLibrary load() {
    const transport::DynamicLibrary library("libpq.so.5", "reach a store on PostgreSQL");
    return {.clear = library.function<decltype(PQclear)>("PQclear"),
            .cmd_status = library.function<decltype(PQcmdStatus)>("PQcmdStatus"),
            .connectdb_params = library.function<decltype(PQconnectdbParams)>("PQconnectdbParams"),
            .consume_input = library.function<decltype(PQconsumeInput)>("PQconsumeInput"),
            .enter_pipeline_mode = library.function<decltype(PQenterPipelineMode)>("PQenterPipelineMode"),
            .error_message = library.function<decltype(PQerrorMessage)>("PQerrorMessage"),
            .exec = library.function<decltype(PQexec)>("PQexec"),
            .exit_pipeline_mode = library.function<decltype(PQexitPipelineMode)>("PQexitPipelineMode"),
            .finish = library.function<decltype(PQfinish)>("PQfinish"),
            .flush = library.function<decltype(PQflush)>("PQflush"),
            .get_result = library.function<decltype(PQgetResult)>("PQgetResult"),
            .getisnull = library.function<decltype(PQgetisnull)>("PQgetisnull"),
            .getlength = library.function<decltype(PQgetlength)>("PQgetlength"),
            .getvalue = library.function<decltype(PQgetvalue)>("PQgetvalue"),
            .ntuples = library.function<decltype(PQntuples)>("PQntuples"),
            .pipeline_sync = library.function<decltype(PQpipelineSync)>("PQpipelineSync"),
            .result_error_field = library.function<decltype(PQresultErrorField)>("PQresultErrorField"),
            .result_status = library.function<decltype(PQresultStatus)>("PQresultStatus"),
            .send_prepare = library.function<decltype(PQsendPrepare)>("PQsendPrepare"),
            .send_query_prepared = library.function<decltype(PQsendQueryPrepared)>("PQsendQueryPrepared"),
            .server_version = library.function<decltype(PQserverVersion)>("PQserverVersion"),
            .set_notice_processor = library.function<decltype(PQsetNoticeProcessor)>("PQsetNoticeProcessor"),
            .setnonblocking = library.function<decltype(PQsetnonblocking)>("PQsetnonblocking"),
            .socket = library.function<decltype(PQsocket)>("PQsocket"),
            .status = library.function<decltype(PQstatus)>("PQstatus")};
}

}  // namespace

const PostgresLibrary& postgres() {
    static const PostgresLibrary library = load();
    return library;
}

}  // namespace edge::hub
